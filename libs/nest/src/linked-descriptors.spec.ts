import { type PackageDefinition, loadSync } from '@grpc/proto-loader';
import { describe, expect, it } from '@jest/globals';
import descriptors, { type IFileDescriptorProto } from 'protobufjs/ext/descriptor/index.js';
import { linkedDescriptors } from './linked-descriptors.ts';
import { protoPathOf } from './proto-path.ts';

function filesOf(definition: PackageDefinition): Map<string, IFileDescriptorProto> {
  const files = new Map<string, IFileDescriptorProto>();
  for (const each of Object.values(definition)) {
    const encoded = (each as { fileDescriptorProtos?: Buffer[] }).fileDescriptorProtos ?? [];
    for (const bytes of encoded) {
      const file = descriptors.FileDescriptorProto.decode(bytes) as IFileDescriptorProto;
      files.set(file.name ?? '', file);
    }
  }
  return files;
}

describe('descriptors for reflection', () => {
  const loaded = loadSync(
    ['tickmesh/mesh/v1/mesh.proto', 'tickmesh/order/v1/orders.proto'].map(protoPathOf),
    { keepCase: true },
  );

  it('name the files that a file needs', () => {
    const files = filesOf(linkedDescriptors(loaded));
    expect(files.get('tickmesh_mesh_v1.proto')?.dependency).toEqual(['google_protobuf.proto']);
    expect(files.get('tickmesh_order_v1.proto')?.dependency).toEqual(['google_protobuf.proto']);
    expect(files.get('google_protobuf.proto')?.dependency).toEqual([]);
  });

  it('name every type in full', () => {
    const names = [...filesOf(linkedDescriptors(loaded)).values()]
      .flatMap(({ messageType }) => messageType ?? [])
      .flatMap(({ field }) => field ?? [])
      .flatMap(({ typeName }) => (typeName ? [typeName] : []));
    expect(names).toContain('.google.protobuf.Timestamp');
    expect(names).toContain('.tickmesh.order.v1.OrderTerms');
    expect(names.filter((name) => !/^\.(tickmesh|google)\./.test(name))).toEqual([]);
  });

  it('leave the calls as they were', () => {
    const service = 'tickmesh.mesh.v1.StatusService';
    expect(linkedDescriptors(loaded)[service]).toBe(loaded[service]);
  });
});
