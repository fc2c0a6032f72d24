"""Tokens of one recipient: keyed pseudonyms that nobody else gets; two recipients' cannot be joined."""

from dataclasses import dataclass, field

from expectations.sharing import Recipient
from jobs.keys import PREFIX, KeyRing, pseudonym

TOKEN_PREFIX = "t1_"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes the tokens of one recipient and purpose.

    Attributes:
        ring: Keys of the lake.
        recipient: Recipient id.
        purpose: Purpose id.
    """

    ring: KeyRing
    recipient: str
    purpose: str
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False)
    _made: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, ring: KeyRing, recipient: Recipient) -> "Tokens":
        """The tokens of a declared recipient.

        Args:
            ring: Keys of the lake.
            recipient: Who receives.
        """
        return cls(ring, recipient.id, recipient.purpose)

    def token(self, domain: str, value: str, epoch: str) -> str:
        """The token of one value.

        Args:
            domain: What kind of value it is.
            value: Core pseudonym, organisation number, dwelling or id.
            epoch: How long the token holds.
        """
        known = (domain, value, epoch)
        if known not in self._made:
            if epoch not in self._keys:
                self._keys[epoch] = self.ring.release_key(self.recipient, self.purpose, epoch)
            core_like = pseudonym(self._keys[epoch], domain, value)
            self._made[known] = TOKEN_PREFIX + core_like.removeprefix(PREFIX)
        return self._made[known]


def epoch_of(month: str) -> str:
    """The epoch of a month: its calendar year.

    Args:
        month: `YYYY-MM`.
    """
    return month[:4]
