"""What every AMQP driver must do. A test file gives ``broker`` (which publishes and administers) and
``reader`` (which gets); crossing tests give two drivers on one file."""

from __future__ import annotations

import threading

import pytest

from interfaces.amqp import AmqpMessage, Broker, Delivery
from interfaces.failure import Failure

LOOKS = 300
"""Looks before a test gives up; guards against hangs."""


def message(text: str = "order", to: str = "work", exchange: str = "") -> AmqpMessage:
    return AmqpMessage(text.encode(), to, exchange, message_id=f"id-{text}", content_type="application/json")


def read(reader: Broker, queue: str = "work", n: int = 1, lease: float = 30.0) -> list[Delivery]:
    """``n`` messages as soon as they are there: a broker of its own pushes them, and buries them, a little later."""
    found: list[Delivery] = []
    for _ in range(LOOKS):
        found += reader.get(queue, n - len(found), lease)
        if len(found) == n:
            return found
        threading.Event().wait(0.01)
    raise AssertionError(f"only {bodies(found)} came to {queue}")


def bodies(deliveries: list[Delivery]) -> list[str]:
    return [one.body.decode() for one in deliveries]


class AmqpSuite:
    """``broker`` and ``reader`` are fixtures of the subclass or the module."""

    @pytest.fixture(autouse=True)
    def _queues(self, broker: Broker) -> None:
        broker.declare("dead")
        broker.declare("work", delivery_limit=2, dead_letter="dead")

    def test_a_message_arrives_with_all_its_properties(self, broker: Broker, reader: Broker) -> None:
        sent = AmqpMessage(bytes(range(256)), "work", "", "m-1", "c-1", "hub.reply", "application/x-test", {"名": "值"})
        assert broker.publish([sent]) == []
        (got,) = read(reader)
        assert (got.body, got.message_id, got.correlation_id) == (sent.body, "m-1", "c-1")
        assert (got.reply_to, got.content_type, dict(got.headers)) == (
            "hub.reply",
            "application/x-test",
            {"名": "值"},
        )
        assert (got.queue, got.deliveries, got.death) == ("work", 1, "")

    def test_a_message_of_many_frames_arrives_whole(self, broker: Broker, reader: Broker) -> None:
        large = bytes(range(256)) * 4096
        broker.publish([AmqpMessage(large, "work")])
        assert read(reader)[0].body == large

    def test_messages_come_oldest_first_and_no_more_than_asked(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message("1"), message("2"), message("3")])
        assert bodies(read(reader, n=2)) == ["1", "2"]
        assert bodies(read(reader)) == ["3"]
        assert reader.get("work") == []

    def test_a_leased_message_is_hidden_until_it_is_given_back(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message("1"), message("2")])
        first = read(reader)
        assert bodies(read(reader)) == ["2"]
        assert reader.get("work") == []
        reader.nack(first)
        assert bodies(read(reader)) == ["1"]

    def test_an_acknowledged_message_is_gone(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message()])
        reader.ack(read(reader))
        assert reader.get("work") == []
        assert broker.get("work") == []

    def test_a_part_of_a_batch_can_be_acknowledged(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message(str(n)) for n in range(5)])
        taken = read(reader, n=5)
        reader.ack([taken[0], taken[1], taken[3]])
        reader.nack([taken[2], taken[4]])
        assert sorted(bodies(read(reader, n=2))) == ["2", "4"]
        assert reader.get("work") == []

    def test_a_lease_that_ran_out_goes_to_the_next_reader(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message()])
        late = read(reader, lease=0.001)
        again: list[Delivery] = []
        while not again:
            threading.Event().wait(0.01)
            again = broker.get("work") or reader.get("work")
        assert again[0].deliveries == 2
        reader.ack(late)
        reader.nack(late)
        for either in (broker, reader):
            either.nack(again, requeue=False)
        assert bodies(read(broker, "dead")) == ["order"], "the late one changed nothing"

    def test_at_the_delivery_limit_a_message_is_dead_lettered(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message("poison"), message("good")])
        seen: list[str] = []
        while len(seen) < 3:
            (one,) = read(reader)
            seen += bodies([one])
            if one.body == b"poison":
                assert one.deliveries == seen.count("poison")
                reader.nack([one])
            else:
                reader.ack([one])
        (dead,) = read(broker, "dead")
        assert sorted(seen) == ["good", "poison", "poison"]
        assert dead.body == b"poison"
        assert '"work"' in dead.death
        assert dead.deliveries == 1
        assert reader.get("work") == []

    def test_a_reader_that_dies_with_it_every_time_does_not_keep_it(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message("killer")])
        for _ in range(2):
            read(reader, lease=0.001)
            threading.Event().wait(0.01)
        reader.get("work")  # looks again, as those do that are started again
        assert bodies(read(broker, "dead")) == ["killer"]
        broker.publish([message("good")])
        assert bodies(read(reader)) == ["good"]

    def test_a_refused_message_is_dead_lettered_at_once(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message()])
        reader.nack(read(reader), requeue=False)
        assert bodies(read(broker, "dead")) == ["order"]
        assert reader.get("work") == []

    def test_without_a_dead_letter_queue_a_refused_message_is_dropped(self, broker: Broker, reader: Broker) -> None:
        broker.publish([message(to="dead")])
        reader.nack(read(reader, "dead"), requeue=False)
        assert reader.get("dead") == broker.get("dead") == []

    def test_unroutable_messages_are_named_and_the_others_kept(self, broker: Broker, reader: Broker) -> None:
        batch = [message("1"), message("2", to="nowhere"), message("3", to="nothing", exchange="orders")]
        assert broker.publish(batch, mandatory=True) == ["id-2", "id-3"]
        assert bodies(read(reader)) == ["1"]
        assert reader.get("work", n=9) == []

    def test_without_mandatory_nobody_is_told(self, broker: Broker) -> None:
        assert broker.publish([message(to="nowhere")], mandatory=False) == []

    def test_an_exchange_copies_to_every_bound_queue(self, broker: Broker, reader: Broker) -> None:
        broker.declare("audit")
        for queue in ("work", "audit", "work"):
            broker.bind("orders", "new", queue)
        assert broker.publish([message("1", to="new", exchange="orders")]) == []
        assert bodies(read(reader)) == bodies(read(reader, "audit")) == ["1"]
        assert reader.get("work", n=9) == reader.get("audit", n=9) == []

    def test_declaring_again_is_fine_and_otherwise_a_clash(self, broker: Broker, reader: Broker) -> None:
        reader.declare("work", delivery_limit=2, dead_letter="dead")
        with pytest.raises(Failure, match="work") as clash:
            reader.declare("work", delivery_limit=9, dead_letter="dead")
        assert clash.value.code == "conflict"

    def test_it_is_known_which_queues_there_are(self, broker: Broker, reader: Broker) -> None:
        assert reader.exists("work")
        assert not reader.exists("nowhere")

    def test_many_threads_lose_and_double_nothing(self, broker: Broker, reader: Broker) -> None:
        seen: list[str] = []

        def publish(n: int) -> None:
            for i in range(5):
                broker.publish([message(f"{n}.{i}")])

        def consume() -> None:
            while len(seen) < 20:
                got = reader.get("work", n=3)
                reader.ack(got)
                seen.extend(bodies(got))

        threads = [threading.Thread(target=publish, args=(n,)) for n in range(4)]
        threads += [threading.Thread(target=consume) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == sorted(f"{n}.{i}" for n in range(4) for i in range(5))

    def test_closing_twice_is_fine(self, broker: Broker) -> None:
        broker.close()
        broker.close()
