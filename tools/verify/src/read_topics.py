"""Reads up to 200 records of each named topic and decodes them by the registry; prints JSON by topic.

Reads KAFKA_BROKERS and SCHEMA_REGISTRY_URL. `decoded` counts records, `schemas` the names of what they held, `error`
is the first failure. Tombstones count as decoded: they have no body.
"""

import json
import os
import sys

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

RECORDS_MAX = 200
POLL_SECONDS = 5.0


def read(topic: str, consumer: Consumer, registry: SchemaRegistryClient) -> dict:
    result = {"decoded": 0, "schemas": [], "error": None}
    decode = AvroDeserializer(registry)
    metadata = consumer.list_topics(topic, timeout=10).topics[topic]
    if metadata.error is not None:
        return {**result, "error": str(metadata.error)}
    starts = []
    for partition in metadata.partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
        if high > low:
            starts.append(TopicPartition(topic, partition, low))
    if not starts:
        return result
    consumer.assign(starts)
    schemas = set()
    while result["decoded"] < RECORDS_MAX:
        message = consumer.poll(POLL_SECONDS)
        if message is None:
            break
        if message.error() is not None:
            return {**result, "error": str(message.error())}
        try:
            context = SerializationContext(topic, MessageField.VALUE)
            value = decode(message.value(), context)
            if value is not None:
                schema_id = int.from_bytes(message.value()[1:5], "big")
                schemas.add(json.loads(registry.get_schema(schema_id).schema_str)["name"])
        except Exception as error:  # Whatever the foreign client refuses is the finding.
            where = f"partition {message.partition()} offset {message.offset()}"
            return {**result, "error": f"{where}: {type(error).__name__}: {error}"}
        result["decoded"] += 1
    result["schemas"] = sorted(schemas)
    return result


def main() -> None:
    registry = SchemaRegistryClient({"url": os.environ["SCHEMA_REGISTRY_URL"]})
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BROKERS"],
            "group.id": "verify",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": False,
            "check.crcs": True,
        }
    )
    try:
        print(json.dumps({topic: read(topic, consumer, registry) for topic in sys.argv[1:]}))
    finally:
        consumer.close()


main()
