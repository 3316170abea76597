/**
 * Descriptors as reflection must give them. The loader merges proto files by package, keeps type names relative and
 * forgets which file needs which, so that a client cannot resolve a type of another package.
 */
import type {
  AnyDefinition,
  EnumTypeDefinition,
  MessageTypeDefinition,
  PackageDefinition,
} from '@grpc/proto-loader';
import descriptors, {
  type IDescriptorProto,
  type IFileDescriptorProto,
} from 'protobufjs/ext/descriptor/index.js';

const { FileDescriptorProto } = descriptors;

/** The same definitions, in which every file names the files that it needs and every type is named in full. */
export function linkedDescriptors(loaded: PackageDefinition): PackageDefinition {
  const files = new Map<string, IFileDescriptorProto>();
  for (const definition of Object.values(loaded)) {
    if (!isTypeDefinition(definition)) continue;
    for (const bytes of definition.fileDescriptorProtos) {
      const file = FileDescriptorProto.decode(bytes) as IFileDescriptorProto;
      if (file.name != null && !files.has(file.name)) files.set(file.name, file);
    }
  }
  for (const { messageType } of files.values()) messageType?.forEach(nameMapEntries);
  const fileOfType = new Map([...files.values()].flatMap(typesOf));
  for (const file of files.values()) link(file, fileOfType);
  const encoded = [...files.values()].map((file) =>
    Buffer.from(FileDescriptorProto.encode(file).finish()),
  );
  return Object.fromEntries(
    Object.entries(loaded).map(([name, definition]) => [
      name,
      isTypeDefinition(definition) ? { ...definition, fileDescriptorProtos: encoded } : definition,
    ]),
  );
}

/** The entry of a map field `unit_price` is called `UnitPriceEntry`; the loader leaves out the last word. */
function nameMapEntries(message: IDescriptorProto): void {
  for (const inner of message.nestedType ?? []) {
    nameMapEntries(inner);
    const held = message.field?.find((field) => field.typeName?.split('.').at(-1) === inner.name);
    if (inner.options?.mapEntry !== true || held?.name == null) continue;
    const words = held.name
      .split('_')
      .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
    inner.name = `${words.join('')}Entry`;
    held.typeName = inner.name;
  }
}

type TypeDefinition = EnumTypeDefinition | MessageTypeDefinition<object, object>;

/** Any other definition is of a service: its methods by name. */
const isTypeDefinition = (definition: AnyDefinition): definition is TypeDefinition =>
  Array.isArray((definition as Partial<TypeDefinition>).fileDescriptorProtos);

/** Full names of the types that a file defines, each with the file's name. */
function typesOf({ name, package: scope, messageType, enumType }: IFileDescriptorProto) {
  const found: [string, string][] = [];
  const visit = (message: IDescriptorProto, outer: string): void => {
    const full = joined(outer, message.name ?? '');
    found.push([full, name ?? '']);
    for (const { name: inner = '' } of message.enumType ?? []) {
      found.push([joined(full, inner), name ?? '']);
    }
    for (const inner of message.nestedType ?? []) visit(inner, full);
  };
  for (const { name: each = '' } of enumType ?? []) {
    found.push([joined(scope ?? '', each), name ?? '']);
  }
  for (const message of messageType ?? []) visit(message, scope ?? '');
  return found;
}

function link(file: IFileDescriptorProto, fileOfType: ReadonlyMap<string, string>): void {
  const needed = new Set<string>();
  const resolve = (typeName: string, scope: string): string => {
    const full = fullName(typeName, scope, fileOfType);
    const home = full === undefined ? undefined : fileOfType.get(full);
    if (full === undefined || home === undefined) return typeName;
    if (home !== file.name) needed.add(home);
    return `.${full}`;
  };
  const visit = (message: IDescriptorProto, outer: string): void => {
    const scope = joined(outer, message.name ?? '');
    for (const field of message.field ?? []) {
      if (field.typeName) field.typeName = resolve(field.typeName, scope);
    }
    for (const inner of message.nestedType ?? []) visit(inner, scope);
  };
  for (const message of file.messageType ?? []) visit(message, file.package ?? '');
  for (const { method } of file.service ?? []) {
    for (const call of method ?? []) {
      if (call.inputType) call.inputType = resolve(call.inputType, file.package ?? '');
      if (call.outputType) call.outputType = resolve(call.outputType, file.package ?? '');
    }
  }
  file.dependency = [...needed];
}

/** A name that starts with a dot is full; any other is looked for from the inside out, as protobuf has it. */
function fullName(
  typeName: string,
  scope: string,
  known: ReadonlyMap<string, unknown>,
): string | undefined {
  if (typeName.startsWith('.')) return typeName.slice(1);
  for (let at = scope; ; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const full = joined(at, typeName);
    if (known.has(full)) return full;
    if (at === '') return undefined;
  }
}

const joined = (scope: string, name: string): string => (scope === '' ? name : `${scope}.${name}`);
