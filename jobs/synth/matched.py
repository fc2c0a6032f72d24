"""Public figures that work and homes are made to match, so that the realism report can compare.

Each is a named constant with its source. `seen` means that the page was read for this project, `recall` that
the figure stands here from memory.
"""

INACTIVE_SHARE = 0.242
"""Registered jobs that are not active employment: 993,000 of 4.1 million in November 2022 (seen: Statistics
Norway, arbmark-docs-amelding)."""
INACTIVE_SHARE_OF_HOSPITALITY = 0.295
"""The same in hotels and restaurants (seen: same)."""
INACTIVE_SHARE_OF_PRIMARY = 0.428
"""The same in farming, forestry and fishing (seen: same)."""
ODD_POSITION_SHARE = 0.15
"""Jobs whose registered position is not what the hours say, so that it is computed anew (seen: same)."""
PART_TIME_SHARE = 0.26
"""Employees below full time (recall: Statistics Norway, labour force survey)."""
SEVERAL_JOBS_SHARE = 0.08
"""Employees with more than one employer at a time (recall: Statistics Norway, labour market)."""
LEAVE_SHARE = 0.04
"""Employees on leave from their job at a time, most of it parental (recall: Statistics Norway)."""
LAYOFF_SHARE = 0.015
"""Building workers who are laid off for a while in a winter (recall: NAV)."""
APPRENTICE_SHARE = 0.05
"""Employees of the building trades who are apprentices (recall: Directorate for Education and Training)."""
CROWDED_SHARE = 0.06
"""Households that live crowded: fewer rooms than people (or one person in one room), and below 25 square
metres each (seen: Statistics Norway, variable 3462 and article of 2021)."""
CROWDED_SHARE_IN_OSLO = 0.13
"""The same in Oslo (seen: same)."""
CROWDED_SHARE_OF_LARGE_FAMILIES = 0.59
"""The same among households in Oslo with three or more children (seen: same)."""
MEDIAN_AREA_M2 = 100.0
"""Usable area of the dwelling in the middle, in square metres (recall: Statistics Norway, dwellings)."""
WAGE_GROWTH = 0.044
"""Growth of pay from one year's settlement to the next (recall: Teknisk beregningsutvalg, 2025)."""
