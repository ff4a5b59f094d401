"""A tiny valid crisis with a row or more in every table: three towns and a camp behind a border gate."""

from __future__ import annotations

from pathlib import Path

HEADER = """\
format = 1
name = "tiny"
title = "A tiny crisis"
start = 2016-07-01
end = 2016-07-31
history_start = 2016-06-01
time_zone = "Asia/Damascus"
sources = ["made up for tests"]

[parameters]
gamma = 1.5
"""

TABLES = {
    "places": """\
place,name,country,admin1,latitude,longitude,kind,population,population_low,population_high,displaced_at_start,capacity,opens,closes
azaz,Azaz,SYR,Aleppo,36.586,37.044,town,31000,28000,35000,4000,,,
kilis,Kilis camp,TUR,Kilis,36.716,37.115,camp,,,,1000,20000,2016-06-01,2016-07-30
marea,Mare’,SYR,Aleppo,36.483,37.197,town,16000,,,0,,,
tall_rifat,Tall Rif'at,SYR,Aleppo,36.473,37.097,town,20000,,,0,,,
""",
    "areas": "area,place\nnorth,azaz\nnorth,marea\nsouth,tall_rifat\n",
    "routes": """\
place1,place2,distance_km,mode,one_way,gate
azaz,kilis,17,road,no,bab_al_salama
azaz,marea,19,road,no,
azaz,tall_rifat,15,road,no,
marea,tall_rifat,11,foot,yes,
""",
    "control": """\
place,start,actor
azaz,2016-06-01,rebels
marea,2016-06-01,rebels
tall_rifat,2016-06-01,rebels
tall_rifat,2016-07-10,army
""",
    "actors": "actor,side,name\narmy,state,The army\nrebels,opposition,The rebels\n",
    "groups": "place,group,share\n,all,1\nazaz,all,0.75\nazaz,newcomers,0.25\n",
    "fears": "group,actor,weight,refuge\nall,army,1,-1\nall,rebels,0.2,0.5\nnewcomers,army,2,-2\n",
    "events": """\
start,end,place,area,latitude,longitude,type,actor,n,n_low,n_high,severity,fatalities,source
2016-06-20,,azaz,,,,air,army,,,,,3,made up
2016-07-05,2016-07-09,,north,,,shelling,army,12,8,20,0.5,,made up
2016-07-08,,,,36.5,37.1,ground,rebels,1,,,1,0,
""",
    "closures": """\
kind,name1,name2,start,end,policy,people_per_day,low,high,source
gate,bab_al_salama,,2016-06-01,2016-07-14,closed,,,,made up
gate,bab_al_salama,,2016-07-15,,quota,300,200,400,made up
border,SYR,TUR,2016-07-20,2016-07-22,closed,,,,
route,azaz,marea,2016-07-08,2016-07-09,closed,,,,
place,marea,,2016-07-28,,closed,,,,
""",
    "counts": """\
date,place,area,indicator,people,low,high,since,source
2016-07-10,azaz,,stock,9000,8000,10000,,camp office
2016-07-20,kilis,,stock,2500,,,,camp office
2016-07-20,,north,displaced,12000,,,2016-07-01,"radio, by telephone"
""",
    "claims": """\
claim,indicator,origin,destination,start,end,low,high,unit,source
north_displaced,displaced,north,,2016-07-01,2016-07-20,10000,20000,people,made up
waiting,gate_waiting,,bab_al_salama,,,1000,,people,made up
""",
}


def write_tiny(folder: Path) -> Path:
    """Write the tiny crisis into `folder`, made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "crisis.toml").write_text(HEADER, encoding="utf-8")
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
    return folder
