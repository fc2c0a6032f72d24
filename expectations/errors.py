"""The errors of the pipeline: one base, few children, each with the exit code of the command line."""


class KjedeError(Exception):
    """Something the operator must know about; the message names table or source, month and counts."""

    exit_code = 1


class UsageError(KjedeError):
    """The caller asked for something that does not exist or cannot be combined."""

    exit_code = 2


class DataRefused(KjedeError):
    """Data was refused: a corrupt or suspicious delivery, a contract breach, a failed audit.

    Attributes:
        code: Machine-readable reason, for example `delivery_corrupt` or `contract_breach`.
    """

    exit_code = 3

    def __init__(self, code: str, message: str) -> None:
        """Keep the reason code beside the message.

        Args:
            code: Reason code; the first word of the printed message.
            message: What was expected and what was found, naming source, delivery, record and field.
        """
        super().__init__(f"{code}: {message}")
        self.code = code
        self._message = message

    def __reduce__(self) -> tuple[type["DataRefused"], tuple[str, str]]:
        # Processes of a pool hand it on to each other.
        return DataRefused, (self.code, self._message)


class NotPermitted(KjedeError):
    """No legal basis, no approval, no key, or a key that is not this lake's."""

    exit_code = 4
