/**
 * Who gets which partitions. kafkajs' own round robin spreads the partitions of several topics without
 * regard to their numbers, so that an instrument's ticks and its signals end on different members.
 */
import kafkajs, {
  type GroupMember,
  type GroupMemberAssignment,
  type PartitionAssigner,
} from 'kafkajs';
import { MEMBERSHIP_HOOKS, type MembershipHooks } from './kafkajs-cures.ts';
import type { Assignment } from './port.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/** Version 0 of the consumer protocol: topics and user data, without owned partitions. */
const VERSION = 0;

/**
 * An assigner of kafkajs that also carries the hooks of the consumer it belongs to. `ownedGeneration`
 * answers the last generation in which this member owned partitions; 0 for none.
 */
export function assignerFor(
  assignment: Assignment,
  hooks: MembershipHooks,
  ownedGeneration: () => number,
): PartitionAssigner {
  const name = `tickmesh-${assignment}`;
  return ({ cluster }) => ({
    name,
    version: VERSION,
    [MEMBERSHIP_HOOKS]: hooks,
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({
        version: VERSION,
        topics,
        userData: Buffer.from(String(ownedGeneration())),
      }),
    }),
    assign: ({ members, topics }) => {
      const partitions = topics.map((topic) => ({
        topic,
        partitions: cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
      }));
      return Promise.resolve(encoded(assign(assignment, members.map(claimOf), partitions)));
    },
  });
}

export interface TopicPartitionNumbers {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** A member and the last generation in which it owned anything. */
export interface MemberClaim {
  readonly memberId: string;
  readonly ownedGeneration: number;
}

/** Partition numbers by topic, by member. */
export type MemberPartitions = ReadonlyMap<string, Readonly<Record<string, number[]>>>;

/**
 * - `co-partitioned`: partition p of every topic goes to member p mod n, members by their ids;
 * - `single-owner`: everything to the member that owned it last, so that a stand-by that joins takes
 *   nothing away; among new members to the first by id.
 *
 * Whoever leads the group finds the same assignment.
 */
export function assign(
  assignment: Assignment,
  members: readonly MemberClaim[],
  topics: readonly TopicPartitionNumbers[],
): MemberPartitions {
  const order = members.toSorted((a, b) => {
    const byClaim = assignment === 'single-owner' ? b.ownedGeneration - a.ownedGeneration : 0;
    return byClaim !== 0 ? byClaim : a.memberId < b.memberId ? -1 : 1;
  });
  const owned = order.map(() => new Map<string, number[]>());
  for (const { topic, partitions } of topics) {
    for (const partition of partitions.toSorted((a, b) => a - b)) {
      const index = assignment === 'single-owner' ? 0 : partition % order.length;
      const own = owned[index]!;
      own.set(topic, [...(own.get(topic) ?? []), partition]);
    }
  }
  return new Map(order.map(({ memberId }, index) => [memberId, Object.fromEntries(owned[index]!)]));
}

function claimOf({ memberId, memberMetadata }: GroupMember): MemberClaim {
  const text = MemberMetadata.decode(memberMetadata)?.userData.toString('utf8') ?? '';
  return { memberId, ownedGeneration: /^\d{1,10}$/.test(text) ? Number(text) : 0 };
}

function encoded(assignment: MemberPartitions): GroupMemberAssignment[] {
  return [...assignment].map(([memberId, own]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({
      version: VERSION,
      assignment: own,
      userData: Buffer.alloc(0),
    }),
  }));
}
