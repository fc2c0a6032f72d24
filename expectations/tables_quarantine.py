"""Records that were not let in: the reason and the place in the record, not what the record says."""

from expectations.dataset import INSTANT, TEXT, WHOLE, Column, Dataset, Partition, PersonalData

QUARANTINE = Dataset(
    name="raw_quarantine__records",
    description="One row per fault of a record that was not let in; several faults give several rows.",
    description_nb="Én rad per feil i en post som ikke ble sluppet inn; flere feil gir flere rader.",
    owner="The agency that runs the pipeline",
    key=("source", "delivery_id", "file_name", "record_no", "fault_no"),
    partition=Partition.DELIVERY,
    retention_days=365,
    columns=(
        Column(
            name="source",
            type=TEXT,
            required=True,
            description="Source of the delivery.",
            description_nb="Kilden til leveransen.",
        ),
        Column(
            name="delivery_id",
            type=TEXT,
            required=True,
            description="Delivery that the record came in.",
            description_nb="Leveransen posten kom i.",
        ),
        Column(
            name="file_name",
            type=TEXT,
            required=True,
            description="File of the delivery.",
            description_nb="Filen i leveransen.",
        ),
        Column(
            name="record_no",
            type=WHOLE,
            required=True,
            minimum=1,
            description="Number of the record in its file, from 1.",
            description_nb="Postens nummer i filen, fra 1.",
        ),
        Column(
            name="fault_no",
            type=WHOLE,
            required=True,
            minimum=0,
            description="Number of the fault in its record, from 0.",
            description_nb="Feilens nummer i posten, fra 0.",
        ),
        Column(
            name="known_at",
            type=INSTANT,
            required=True,
            description="When the delivery was delivered.",
            description_nb="Når leveransen ble levert.",
        ),
        Column(
            name="period",
            type=TEXT,
            required=True,
            description="Period the delivery is about.",
            description_nb="Perioden leveransen gjelder.",
        ),
        Column(
            name="reason_code",
            type=TEXT,
            required=True,
            pattern=r"[a-z][a-z0-9_]*",
            description="Machine-readable reason, for example `bad_check_digit`.",
            description_nb="Maskinlesbar grunn, for eksempel `bad_check_digit`.",
        ),
        Column(
            name="json_path",
            type=TEXT,
            required=True,
            description="Where in the record, for example `$.virksomhet[0].norskIdentifikator`.",
            description_nb="Hvor i posten, for eksempel `$.virksomhet[0].norskIdentifikator`.",
        ),
        Column(
            name="message",
            type=TEXT,
            required=True,
            description="What was expected and what kind of value was found; never a personal value.",
            description_nb="Hva som var ventet og hva slags verdi som ble funnet; aldri en personlig verdi.",
        ),
        Column(
            name="excerpt",
            type=TEXT,
            description="The value, only where its field is open.",
            description_nb="Verdien, bare der feltet er åpent.",
        ),
        Column(
            name="record_key",
            type=TEXT,
            personal_data=PersonalData.PERSONAL,
            description="Keyed token of the record's key, so that a purge finds it.",
            description_nb="Nøklet pseudonym av postens nøkkel, slik at en sletting finner den.",
        ),
    ),
)

DATASETS = (QUARANTINE,)
