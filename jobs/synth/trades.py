"""What firms live from. Codes in both industrial classifications: the register switched on 2025-09-01."""

from datetime import date

from jobs.synth.model import Trade

SWITCHED_ON = date(2025, 9, 1)
"""Registers print SN2007 before this day and SN2025 from it."""

# Columns after the codes: weight, median staff, hourly pay, occupation, works on sites, paid by the hour,
# share of workers who are here for the job.
GENERAL = Trade("general", "BYGG", "41.200", "41.000", 9.0, 6.0, 275.0, "7121111", True, True, 0.06)
STAFFING = Trade("staffing", "BEMANNING", "78.200", "78.200", 3.0, 9.0, 252.0, "7129112", True, True, 0.18)
CLEANING = Trade("cleaning", "RENHOLD", "81.210", "81.210", 6.0, 4.0, 236.0, "9132106", False, True, 0.12)
GOODS = Trade("goods", "BYGGEVARER", "46.739", "46.830", 2.0, 5.0, 260.0, "4131101", False, False, 0.01)
EQUIPMENT = Trade(
    "equipment", "MASKINUTLEIE", "77.390", "77.390", 1.5, 3.0, 265.0, "8322104", False, False, 0.01
)
PROPERTY = Trade("property", "EIENDOM", "68.209", "68.200", 7.0, 0.6, 290.0, "3413101", False, False, 0.0)
HOLDING = Trade("holding", "HOLDING", "64.202", "64.220", 2.0, 0.0, 300.0, "1210101", False, False, 0.0)
ACCOUNTANT = Trade(
    "accountant", "REGNSKAP", "69.201", "69.202", 1.0, 5.0, 280.0, "3432101", False, False, 0.0
)
AUDITOR = Trade("auditor", "REVISJON", "69.202", "69.201", 0.4, 6.0, 320.0, "2411101", False, False, 0.0)
PUBLIC = Trade("public", "", "84.110", "84.110", 0.0, 0.0, 280.0, "4114101", False, False, 0.0)
FARM = Trade("farm", "GÅRD", "01.190", "01.130", 1.6, 1.0, 205.0, "6111101", False, True, 0.3)
FISH = Trade("fish", "FISK", "10.209", "10.202", 0.5, 5.0, 225.0, "8271101", False, True, 0.25)
HOTEL = Trade("hotel", "HOTELL", "55.101", "55.100", 1.2, 8.0, 216.0, "9112101", False, True, 0.1)
ESTATE = Trade("estate", "KONKURSBO", "", "")

SITE_TRADES = (
    GENERAL,
    Trade("ground", "GRUNNARBEID", "43.120", "43.120", 5.0, 4.0, 270.0, "8332101", True, True, 0.04),
    Trade("road", "ANLEGG", "42.110", "42.110", 2.0, 7.0, 275.0, "8332101", True, True, 0.05),
    Trade("electric", "ELEKTRO", "43.210", "43.210", 5.0, 5.0, 285.0, "7241101", True, True, 0.02),
    Trade("plumbing", "RØR", "43.221", "43.221", 4.0, 4.0, 280.0, "7125101", True, True, 0.03),
    Trade("ventilation", "VENTILASJON", "43.223", "43.223", 1.5, 4.0, 278.0, "7127101", True, True, 0.03),
    Trade("plaster", "PUSS", "43.310", "43.310", 1.5, 3.0, 262.0, "7132101", True, True, 0.12),
    Trade("joinery", "SNEKKER", "43.320", "43.320", 7.0, 3.0, 268.0, "7122101", True, True, 0.06),
    Trade("floor", "GULV", "43.330", "43.330", 2.0, 3.0, 265.0, "7134101", True, True, 0.07),
    Trade("paint", "MALER", "43.341", "43.340", 4.0, 3.0, 262.0, "7141101", True, True, 0.1),
    Trade("roof", "TAK", "43.919", "43.410", 2.0, 3.0, 266.0, "7131101", True, True, 0.09),
    Trade("masonry", "MUR", "43.990", "43.910", 2.0, 3.0, 268.0, "7123101", True, True, 0.1),
    Trade("special", "STILLAS", "43.990", "43.990", 2.0, 4.0, 262.0, "7129103", True, True, 0.1),
)
OTHER_TRADES = (
    CLEANING,
    STAFFING,
    GOODS,
    EQUIPMENT,
    PROPERTY,
    HOLDING,
    ACCOUNTANT,
    AUDITOR,
    FARM,
    FISH,
    HOTEL,
    Trade("restaurant", "SPISESTED", "56.101", "56.110", 8.0, 5.0, 215.0, "5123101", False, True, 0.06),
    Trade("bar", "BAR", "56.301", "56.300", 1.5, 4.0, 212.0, "5123105", False, True, 0.02),
    Trade("grocery", "DAGLIGVARE", "47.111", "47.110", 4.0, 8.0, 218.0, "5221126", False, True, 0.01),
    Trade("clothes", "KLÆR", "47.710", "47.710", 4.0, 3.0, 212.0, "5221107", False, True, 0.0),
    Trade("haulage", "TRANSPORT", "49.410", "49.410", 6.0, 3.0, 238.0, "8324101", False, True, 0.05),
    Trade("garage", "BILPLEIE", "45.200", "95.310", 4.0, 3.0, 240.0, "7231101", False, True, 0.04),
    Trade("hair", "FRISØR", "96.020", "96.210", 4.0, 2.0, 215.0, "5141103", False, True, 0.01),
    Trade("software", "DATA", "62.020", "62.200", 4.0, 2.0, 340.0, "2131101", False, False, 0.01),
    Trade("architect", "ARKITEKT", "71.112", "71.110", 2.0, 2.0, 330.0, "2141101", False, False, 0.01),
)
ALL_TRADES = SITE_TRADES + OTHER_TRADES
BY_KEY = {trade.key: trade for trade in ALL_TRADES}
