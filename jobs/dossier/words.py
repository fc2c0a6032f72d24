"""The fixed words of dossier and workbook in both languages; what findings say is `graph.explain`'s."""

from jobs.dossier.names import Term, terms

TEXT: dict[str, Term] = terms(
    [
        ("file", "Saksmappe", "Case file"),
        ("skip", "Hopp til innholdet", "Skip to the content"),
        ("other_language", "English", "Norsk"),
        ("language", "Språk", "Language"),
        ("handling", "Tjenstlig bruk. Inneholder pseudonymiserte personopplysninger.",
         "Official use. Contains pseudonymised personal data."),
        ("sealed", "Forseglet del: viser identiteten til enkeltpersonforetak.",
         "Sealed part: shows the identity of sole proprietors."),
        ("not_a_verdict",
         "Et funn er en indikasjon som et menneske skal vurdere. Ingen konklusjon er trukket, og ingenting"
         " skjer automatisk.",
         "A finding is an indication for a person to assess. No conclusion has been drawn, and nothing"
         " happens automatically."),
        ("contents", "Innhold", "Contents"),
        ("month", "Måned", "Month"),
        ("as_of", "Opplysninger per", "Information as of"),
        ("first_seen", "Først sett", "First seen"),
        ("state", "Status", "State"),
        ("band", "Bånd", "Band"),
        ("rank", "Nr. i måneden", "Rank in the month"),
        ("change", "Siden forrige måned", "Since last month"),
        ("lead", "Naturlig ansvarlig", "Natural lead"),
        ("disputed", "Innsigelse er registrert: opplysninger i saken er bestridt.",
         "An objection is recorded: information in the case is disputed."),
        ("truncated", "Utsnittet av nettverket er avkortet etter regelen",
         "The scope of the network was cut by the rule"),
        ("why_card", "Hvorfor", "Why"),
        ("innocent_card", "Lovlige forklaringer", "Lawful explanations"),
        ("next_card", "Neste steg", "Next steps"),
        ("all_steps", "Alle steg", "All steps"),
        ("all_explanations", "Alle forklaringer", "All explanations"),
        ("more", "til", "more"),
        ("context", "støtter saken, danner den ikke", "supports the case, does not make it"),
        ("alike", "likt for {n}, vist for den første", "alike for {n}, shown for the first"),
        ("why", "Hvorfor saken er valgt ut", "Why the case was selected"),
        ("why_caption", "Forhold som bør avklares, med målt verdi mot grense",
         "Matters to be clarified, with measured value against limit"),
        ("indicator", "Forhold", "Matter"),
        ("subject", "Gjelder", "Concerns"),
        ("value", "Verdi", "Value"),
        ("limit", "Grense", "Limit"),
        ("margin", "Avstand", "Margin"),
        ("basis", "Grensen bygger på", "The limit rests on"),
        ("data_date", "Opplysninger kjent", "Information known"),
        ("quality", "Datakvalitet", "Data quality"),
        ("quality_ok", "Ingen merknad", "No remark"),
        ("evidence", "Bevis", "Evidence"),
        ("how_measured", "Slik er det regnet, og hvorfor det er av interesse",
         "How it is computed, and why it matters"),
        ("rule", "Regel", "Rule"),
        ("version", "versjon", "version"),
        ("picture", "Sammenhengen i saken", "How it hangs together"),
        ("picture_note",
         "Kontrakter leses fra venstre mot høyre, fra byggherren og utover. Tallene på strekene viser til"
         " bevisene. Blasse streker er sammenheng uten bevis i saken.",
         "Contracts read from left to right, from the client outwards. The numbers on the lines refer to the"
         " evidence. Faint lines are context without evidence in the case."),
        ("hidden", "Ikke tegnet", "Not drawn"),
        ("evidence_caption", "Alle opplysninger funnene bygger på",
         "All information the findings rest on"),
        ("evidence_note",
         "Hver rad er en opplysning fra et register, slik den var kjent på det angitte tidspunktet."
         " Avledede mål står i tabellen over; antakelser er ikke brukt som bevis.",
         "Each row is information from a register, as known at the given time. Derived measures stand in the"
         " table above; assumptions are not used as evidence."),
        ("no", "Nr.", "No."),
        ("shows", "Hva den viser", "What it shows"),
        ("source", "Register og post", "Register and record"),
        ("valid", "Gjelder", "Valid"),
        ("known_at", "Kjent", "Known"),
        ("used_by", "Brukt av", "Used by"),
        ("record", "post", "record"),
        ("more_records", "til", "more"),
        ("derived", "Avledet av nettverket", "Derived from the network"),
        ("open", "løpende", "ongoing"),
        ("unknown_start", "ukjent start", "start unknown"),
        ("innocent", "Mulige lovlige forklaringer", "Possible lawful explanations"),
        ("innocent_note",
         "Hver forklaring er kontrollert mot opplysningene. «Ukjent» er ikke det samme som utelukket.",
         "Each explanation was checked against the information. “Unknown” is not the same as ruled out."),
        ("explanation", "Forklaring", "Explanation"),
        ("outcome", "Utfall", "Outcome"),
        ("settles", "Hva som vil avklare", "What would settle it"),
        ("settled", "Avklart av opplysningene i saken", "Settled by the information in the case"),
        ("also_consider", "Vurder også", "Consider also"),
        ("uncertain", "Hva som mangler og er usikkert", "What is missing and uncertain"),
        ("quality_list", "Svakheter i grunnlaget", "Weaknesses in the basis"),
        ("no_quality", "Ingen merknader til datakvaliteten i funnene.",
         "No remarks on the data quality of the findings."),
        ("robust", "Følsomhet", "Sensitivity"),
        ("beside", "Vurdert for de samme virksomhetene eller boligene, uten funn",
         "Evaluated for the same companies or dwellings, without a finding"),
        ("reason", "Grunn", "Reason"),
        ("not_clean", "«Kan ikke vurderes» betyr ikke at alt er i orden.",
         "“Not evaluable” does not mean that all is in order."),
        ("not_candidates", "Ikke vurdert", "Not evaluated"),
        ("coverage", "Så mye av måneden er vurdert", "How much of the month was evaluated"),
        ("triggered_n", "Utløst", "Triggered"),
        ("not_triggered_n", "Ikke utløst", "Not triggered"),
        ("not_evaluable_n", "Kan ikke vurderes", "Not evaluable"),
        ("suppressed_n", "Holdt tilbake", "Held back"),
        ("absent", "Ikke i denne filen", "Not in this file"),
        ("absent_class", "Opplysning", "Information"),
        ("holder", "Finnes hos", "Held by"),
        ("steps", "Neste steg", "Next steps"),
        ("steps_note", "Minst inngripende først. Gå ikke videre før steget over er vurdert.",
         "Least intrusive first. Do not go on before the step above has been considered."),
        ("persons", "Berørte personer", "Persons concerned"),
        ("persons_note",
         "Personer er med fordi de inngår i opplysningene. Ingen av dem er vurdert. Den som arbeider eller"
         " bor her, kan selv være berørt og trenge trygg kontakt. Pseudonymet er det samme fra måned til"
         " måned.",
         "Persons are included because they are part of the information. None of them has been assessed."
         " Those who work or live here may themselves be affected and need safe contact. The pseudonym stays"
         " the same from month to month."),
        ("label", "I denne filen", "In this file"),
        ("pseudonym", "Pseudonym", "Pseudonym"),
        ("tie", "Inngår som", "Included as"),
        ("worker", "arbeidstaker eller beboer, kan være berørt", "worker or resident, may be affected"),
        ("other_tie", "rolle eller eierskap i en virksomhet", "role or ownership in a company"),
        ("no_persons", "Ingen personer inngår i opplysningene.", "No persons are part of the information."),
        ("changes", "Endringer siden forrige måned", "Changes since last month"),
        ("before", "Forrige måned", "Last month"),
        ("now", "Nå", "Now"),
        ("no_previous", "Forrige måned er ikke kjent i denne kjøringen.",
         "The month before is not known in this run."),
        ("review", "Vurdering", "Review"),
        ("review_note",
         "Fyll ut og skriv ut, eller før inn som vurdering i tilsyn_utfall. Skjemaet sendes ikke noe sted.",
         "Fill in and print, or enter as a review in tilsyn_utfall. The form is not sent anywhere."),
        ("review_outcome", "Utfall av saken", "Outcome of the case"),
        ("review_verdict", "Hvert forhold", "Each matter"),
        ("review_reason", "Lovlig forklaring som gjaldt", "Lawful explanation that applied"),
        ("review_tier", "Høyeste reaksjon", "Highest reaction"),
        ("review_basis", "Grunnlag", "Basis"),
        ("review_final", "Endelig", "Final"),
        ("review_role", "Vurdert av (rolle)", "Reviewed by (role)"),
        ("review_date", "Dato", "Date"),
        ("review_minutes", "Minutter brukt", "Minutes spent"),
        ("review_notes", "Merknad (blir hos etaten)", "Note (stays with the agency)"),
        ("none_chosen", "ingen", "none"),
        ("origin", "Opphav og versjoner", "Origin and versions"),
        ("run_id", "Kjøring", "Run"),
        ("code_version", "Programversjon", "Code version"),
        ("contract_version", "Kontraktsversjon", "Contract version"),
        ("deliveries", "Leveranser bak bevisene", "Deliveries behind the evidence"),
        ("owner", "Dataeier", "Data owner"),
        ("delivery", "Leveranse", "Delivery"),
        ("delivered", "Levert", "Delivered"),
        ("tables", "Tabellversjoner", "Table versions"),
        ("table", "Tabell", "Table"),
        ("repeat", "Etterprøv", "Check again"),
        ("repeat_note", "gir samme utfall og verdi av de samme radene.",
         "gives the same outcome and value from the same rows."),
    ]
)  # fmt: skip

BANDS = terms(
    [
        ("A", "Tas først: flere uavhengige forhold sammenfaller sterkt.",
         "First in line: several independent matters coincide strongly."),
        ("B", "Tas deretter: forhold sammenfaller, eller ett alene er tydelig.",
         "Next in line: matters coincide, or one alone is clear."),
        ("C", "Tas når det er kapasitet.", "When capacity allows."),
    ]
)  # fmt: skip
BAND_NOTE = Term(
    nb="Båndet ordner månedens saker. Det er ingen sannsynlighet, og det er ennå ikke prøvd mot vurderte "
    "saker.",
    en="The band orders the month's cases. It is no probability, and it has not yet been tested on reviewed "
    "cases.",
)
CHANGES = terms(
    [
        ("new", "ny", "new"),
        ("changed", "endret", "changed"),
        ("unchanged", "uendret", "unchanged"),
        ("ended", "borte", "gone"),
    ]
)
STATES = terms(
    [
        ("new", "ikke vurdert", "not reviewed"),
        ("under_review", "til vurdering", "under review"),
        ("dismissed", "lagt bort", "set aside"),
        ("handed_over", "overført", "handed over"),
        ("closed", "avsluttet", "closed"),
        ("reopened", "gjenåpnet", "reopened"),
    ]
)
OUTCOMES = terms(
    [
        ("ruled_out", "Utelukket", "Ruled out"),
        ("not_ruled_out", "Ikke utelukket", "Not ruled out"),
        ("unknown", "Ukjent", "Unknown"),
    ]
)
OUTCOME_SIGNS = {"ruled_out": "✓", "not_ruled_out": "●", "unknown": "?"}

REVIEW: dict[str, dict[str, Term]] = {
    "outcome": terms(
        [
            ("confirmed_serious", "Bekreftet, alvorlig", "Confirmed, serious"),
            ("confirmed_minor", "Bekreftet, mindre alvorlig", "Confirmed, minor"),
            ("lawful_explanation", "Lovlig forklaring", "Lawful explanation"),
            ("data_error", "Feil i opplysningene", "Error in the data"),
            ("insufficient_data", "For lite opplysninger", "Too little information"),
            ("not_reviewed_capacity", "Ikke vurdert, kapasitet", "Not reviewed, capacity"),
            ("handed_over", "Overført til annen etat", "Handed over to another agency"),
        ]
    ),
    "verdict": terms(
        [
            ("correct_fact_and_relevant", "Riktig og relevant", "Correct and relevant"),
            ("correct_fact_irrelevant", "Riktig, ikke relevant", "Correct, not relevant"),
            ("wrong_fact", "Feil", "Wrong"),
            ("not_assessed", "Ikke vurdert", "Not assessed"),
        ]
    ),
    "tier": terms(
        [
            ("none", "Ingen", "None"),
            ("guidance", "Veiledning", "Guidance"),
            ("order", "Pålegg", "Order"),
            ("stop", "Stans", "Stop"),
            ("fine", "Overtredelsesgebyr", "Fine"),
            ("police_report", "Anmeldelse", "Police report"),
            ("tax_assessment", "Skattefastsetting", "Tax assessment"),
        ]
    ),
    "basis": terms(
        [
            ("desk", "Kontor", "Desk"),
            ("documents", "Dokumenter", "Documents"),
            ("inspection", "Tilsyn", "Inspection"),
            ("court", "Domstol", "Court"),
        ]
    ),
    "final": terms(
        [("yes", "Ja", "Yes"), ("appeal", "Påklaget", "Appealed"), ("reversed", "Omgjort", "Reversed")]
    ),
}
"""Codes of the source `tilsyn_utfall`, record `vurdering`."""

ABSENT: tuple[tuple[Term, Term], ...] = (
    (
        Term("Navn og fødselsnummer på personer", "Names and national identity numbers of persons"),
        Term("Rådatasonen hos Arbeidstilsynet, bare for den som har hjemmel; Folkeregisteret",
             "The restricted raw zone at Arbeidstilsynet, for those entitled only; the population register"),
    ),
    (
        Term("Lønn, timer og skatteopplysninger for den enkelte", "Pay, hours and tax data of individuals"),
        Term("Skatteetaten (a-ordningen)", "Skatteetaten (employer reporting)"),
    ),
    (
        Term("Kontoutskrifter og fakturainnhold", "Bank statements and contents of invoices"),
        Term("Banker og virksomhetene selv; Skatteetaten ved kontroll",
             "Banks and the companies themselves; Skatteetaten in an audit"),
    ),
    (
        Term("Personer med adressesperre", "Persons with a protected address"),
        Term("Folkeregisteret; lagres aldri her", "The population register; never stored here"),
    ),
    (
        Term("Statsborgerskap, språk, etnisitet, helse og fagforening",
             "Citizenship, language, ethnicity, health and union membership"),
        Term("Samles ikke inn", "Not collected"),
    ),
    (
        Term("Tips, åpne tilsyn og etterforskning", "Tips, open inspections and investigations"),
        Term("Den enkelte etat", "Each agency"),
    ),
)  # fmt: skip
"""Classes of information that a dossier never holds, and who holds them."""
