"""A peer that listens to a queue: leases a batch, hands each message to the peer, acknowledges what is committed."""

from __future__ import annotations

import json
from collections.abc import Callable

from interfaces.amqp import AmqpMessage, Broker, Delivery
from interfaces.failure import Failure
from interfaces.ids import new_id
from mocks.loop import Loop
from mocks.store import Body, dumps

BATCH = 50

Handle = Callable[[Delivery], None]
"""Takes one message; returned = committed."""


class Consumer(Loop):
    """One thread on one queue. A message that ``handle`` does not understand goes to the dead letter at once.

    ``declare`` makes the queue; again when somebody has deleted it.
    """

    def __init__(self, broker: Broker, queue: str, handle: Handle, declare: Callable[[], None]) -> None:
        self._broker = broker
        self._queue = queue
        self._declare = declare
        self._handle = handle
        super().__init__(f"queue {queue}", self.step)

    def step(self) -> bool:
        """One batch; False when the queue was empty."""
        try:
            batch = self._broker.get(self._queue, BATCH, self._broker.lease)
        except Failure:
            self._declare()
            raise
        done = [delivery for delivery in batch if self._one(delivery)]
        if done:
            self._broker.ack(done)
        return bool(batch)

    def _one(self, delivery: Delivery) -> bool:
        try:
            self._handle(delivery)
        except Failure as failure:
            if failure.code == "unavailable":  # our own store is busy: the lease runs out and it comes again
                return False
            self._broker.nack([delivery], requeue=False, reason=f"not understood: {failure.message}")
            return False
        except Exception as error:  # no message may stop the queue behind it
            self._broker.nack([delivery], requeue=False, reason=f"not understood: {type(error).__name__}")
            return False
        return True


def json_object(delivery: Delivery) -> Body:
    """A message's body; ValueError for what is no JSON object."""
    body = json.loads(delivery.body)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


def message(queue: str, body: Body, correlation_id: str = "") -> AmqpMessage:
    """A persistent JSON message to one queue."""
    return AmqpMessage(
        body=dumps(body).encode(),
        routing_key=queue,
        message_id=new_id("amq"),
        correlation_id=correlation_id,
        content_type="application/json",
    )
