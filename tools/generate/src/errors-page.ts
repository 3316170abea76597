import { ERRORS, type ErrorCode, KINDS } from '@tickmesh/kernel';
import { code, pageHead, table } from './markdown.ts';

const RETRY = {
  never: 'no: the same input fails again',
  backoff: 'for as long as it takes',
  bounded: 'a few times',
  halt: 'no: the process stops for a person to look',
} as const;

export function renderErrorsPage(): string {
  const rows = (Object.keys(ERRORS) as ErrorCode[]).map((name) => {
    const { kind, says } = ERRORS[name];
    const { retry, deadLetter, http, grpc, log } = KINDS[kind];
    return [code(name), says, kind, RETRY[retry], deadLetter ? 'yes' : 'no', `${http}`, grpc, log];
  });
  return [
    pageHead('Errors', 'contracts/errors.yaml'),
    'Every error of the mesh has one of these codes, in logs, dead letters and answers alike. The kind of a code',
    'decides every reaction to it. Details stand beside the sentence: field, rule and value of a broken message,',
    'addresses and times of a part that did not answer.\n',
    table(
      ['code', 'what it says', 'kind', 'tried again', 'dead letter', 'HTTP', 'gRPC', 'log'],
      rows,
    ),
  ].join('\n');
}
