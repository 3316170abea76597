/** A failed gRPC call as the fault that the service meant. */
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ERRORS, type ErrorCode, Fault, type FaultDetails } from '@tickmesh/kernel';

/** As libs/nest writes them. */
const CODE = 'tickmesh-fault-code';
const DETAILS = 'tickmesh-fault-details-bin';

export function faultOfGrpc(thrown: unknown, address: string): Fault {
  if (!isServiceError(thrown)) return new Fault('UNEXPECTED', { address }, thrown);
  const { code, details: reason, metadata } = thrown;
  const [name = ''] = metadata.get(CODE).map(String);
  if (Object.hasOwn(ERRORS, name)) {
    return new Fault(name as ErrorCode, detailsOf(metadata) ?? { reason }, thrown);
  }
  switch (code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
      return unreachable(address, { reason }, thrown);
    case status.RESOURCE_EXHAUSTED:
      return new Fault('ARGUMENT_INVALID', {
        name: 'message',
        rule: 'no larger than the service sends or takes: ask for smaller pages, write smaller batches',
        reason,
      });
    default:
      return new Fault('UNEXPECTED', { address, status: status[code], reason }, thrown);
  }
}

export const unreachable = (address: string, details: FaultDetails, thrown?: unknown): Fault =>
  new Fault('SERVICE_UNREACHABLE', { address, ...details, cure: 'is the service up?' }, thrown);

function detailsOf(metadata: Metadata): FaultDetails | undefined {
  const [bytes] = metadata.get(DETAILS);
  if (!(bytes instanceof Buffer)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as FaultDetails;
  } catch {
    return undefined;
  }
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && 'code' in thrown && 'metadata' in thrown;
}
