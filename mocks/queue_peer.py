"""What peers on AMQP queues share: an own queue to listen to, and a durable job that publishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from interfaces.amqp import Delivery
from interfaces.failure import Failure
from mocks.amqp import open_broker
from mocks.consumer import Consumer, json_object, message
from mocks.outbox import After, Again, Job
from mocks.peer import Peer, Setting
from mocks.store import Body, Tx

DELIVERIES = 5


class QueuePeer(Peer):
    """``queue`` is this peer's own; ``operation(body)`` says which act a message asks for.

    Of several instances at one broker each has the agreed names behind a prefix of its own (``prefix``).
    """

    queue: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    """Fields without which a message is not understood; it goes to the dead letter."""

    def __init__(self, setting: Setting, code: str = "") -> None:
        super().__init__(setting, code)
        self.prefix = "" if self.code == type(self).code else f"{self.code.lower()}."
        self.broker = open_broker(setting.broker)
        self.declare()
        self.consumer = Consumer(self.broker, self.prefix + self.queue, self.take, self.declare)

    def place(self) -> dict[str, str]:
        return {"queues": self.prefix} if self.prefix else {}

    def declare(self) -> None:
        """This peer's own queue and its dead letters."""
        own = self.prefix + self.queue
        self.broker.declare(f"{own}.dead")
        self.broker.declare(own, DELIVERIES, f"{own}.dead")

    def operation(self, body: Body) -> str:
        """Name of the act in ``acts``."""
        raise NotImplementedError

    def make_jobs(self) -> Mapping[str, Job]:
        return {"publish": self._publish}

    def take(self, delivery: Delivery) -> None:
        body = json_object(delivery)
        if missing := [name for name in self.needs if not isinstance(body.get(name), str)]:
            raise Failure("invalid", f"missing: {', '.join(missing)}", where=self.queue)
        properties = {"@reply_to": delivery.reply_to, "@correlation_id": delivery.correlation_id}
        name = f"{self.queue}/{delivery.message_id or delivery.id}"
        self.receive(self.operation(body), body | properties, name, again=delivery.deliveries > 1)

    def send(self, tx: Tx, key: str, queue: str, body: Body, correlation_id: str = "", seconds: float = 0.0) -> None:
        """Publish to a queue when this transaction has committed; again and again until the queue is there."""
        payload = {"queue": queue, "body": body, "correlation_id": correlation_id}
        tx.later("publish", key, payload, seconds)

    def _publish(self, payload: Body) -> After:
        new = message(payload["queue"], payload["body"], payload["correlation_id"])
        if self.broker.publish([new]):
            raise Again(f"nobody has declared {payload['queue']}")
        return lambda tx: tx.journal("out", payload["queue"], payload["correlation_id"], payload["body"], "sent")

    def start(self) -> None:
        super().start()
        self.consumer.start()

    def stop(self) -> None:
        self.consumer.stop()
        super().stop()
        self.broker.close()
