"""Small files in the forms that publishers give them, made up for a crisis of three towns (see tiny.py)."""

from __future__ import annotations

import json

UCDP_HEADER = (
    "id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,conflict_name,dyad_dset_id,"
    "dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,side_b_dset_id,side_b_new_id,side_b,number_of_sources,"
    "source_article,source_office,source_date,source_headline,source_original,where_prec,where_coordinates,"
    "where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,"
    "date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low,gwnoa,gwnob"
)


def ucdp_row(number: int, **cells: object) -> str:
    """A record of 49 cells; what is not given is ordinary."""
    usual = {
        "id": number, "year": 2016, "active_year": 1, "code_status": "Clear", "type_of_violence": 1,
        "side_a": "Government of Syria", "side_b": "Syrian insurgents",
        "source_article": '"A ""quoted"" headline, long"',
        "where_prec": 1, "where_coordinates": "Azaz town", "adm_1": "Aleppo Governorate", "latitude": 36.58,
        "longitude": 37.05, "country": "Syria", "date_prec": 1, "date_start": "2016-07-03 00:00:00.000",
        "date_end": "2016-07-03 00:00:00.000", "deaths_a": 0, "deaths_b": 0, "deaths_civilians": 4,
        "deaths_unknown": 0, "best": 4, "high": 5, "low": 4,
    }  # fmt: skip
    return ",".join(str({**usual, **cells}.get(name, "")) for name in UCDP_HEADER.split(","))


def ucdp(*rows: str, header: bool = True) -> str:
    return "\n".join([UCDP_HEADER, *rows] if header else rows) + "\n"


ACLED_HEADER = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,"
    "longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
ACLED_LEGACY = (
    "DATA_ID,ISO,EVENT_ID_CNTY,EVENT_ID_NO_CNTY,EVENT_DATE,YEAR,TIME_PRECISION,EVENT_TYPE,SUB_EVENT_TYPE,ACTOR1,"
    "ASSOC_ACTOR_1,INTER1,ACTOR2,ASSOC_ACTOR_2,INTER2,INTERACTION,REGION,COUNTRY,ADMIN1,ADMIN2,ADMIN3,LOCATION,LATITUDE,"
    "LONGITUDE,GEO_PRECISION,SOURCE,SOURCE_SCALE,NOTES,FATALITIES,TIMESTAMP,ISO3"
)


def acled_row(number: int, header: str = ACLED_HEADER, **cells: object) -> str:
    usual = {
        "event_id_cnty": f"SYR{number}", "event_date": "2016-07-04", "year": 2016, "time_precision": 1,
        "event_type": "Explosions/Remote violence", "sub_event_type": "Air/drone strike",
        "actor1": "Military Forces of Syria", "inter1": "State forces", "actor2": "Civilians (Syria)",
        "iso": 760, "country": "Syria", "admin1": "Aleppo", "location": "Marea", "latitude": 36.48, "longitude": 37.19,
        "geo_precision": 1, "notes": '"On 4 July, ""a"" strike\nhit the town"', "fatalities": 2, "data_id": number,
    }  # fmt: skip
    return ",".join(str({**usual, **cells}.get(name.lower(), "")) for name in header.split(","))


def acled(*rows: str, header: str = ACLED_HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def dtm(*records: dict[str, object]) -> str:
    """The answer of the DTM API."""
    usual = {
        "operation": "Syria", "admin0Name": "Syria", "admin0Pcode": "SYR", "admin1Name": "Aleppo",
        "admin1Pcode": "SY02",
        "numPresentIdpInd": 100, "reportingDate": "2016-07-10T00:00:00", "roundNumber": 1,
        "idpOriginAdmin1Name": "Not available", "assessmentType": "BA",
    }  # fmt: skip
    return json.dumps({"result": [{**usual, **record} for record in records], "isSuccess": True, "errorMessages": []})


HAPI = (
    "location_code,has_hrp,in_gho,provider_admin1_name,provider_admin2_name,admin1_code,admin1_name,admin2_code,"
    "admin2_name,admin_level,operation,assessment_type,population,reporting_round,reference_period_start,"
    "reference_period_end,dataset_hdx_id,resource_hdx_id,warning,error\n"
    "#country+code,,,#adm1+name+provider,,#adm1+code,#adm1+name,#adm2+code,#adm2+name,#meta+level,#operation+name,"
    "#assessment+type,#affected+idps,#round+code,#date+start,#date+end,#meta+id,,#meta+warning,#meta+error\n"
    "SYR,True,True,,,,,,,0,Crisis,BA,155166,3,2016-07-15,2016-07-15,a,b,,\n"
    "SYR,True,True,Aleppo,,,Aleppo,,,1,Crisis,BA,155166,3,2016-07-15,2016-07-15,a,b,,\n"
    "SYR,True,True,Aleppo,,,Aleppo,,,1,Crisis,SA,39492,3,2016-07-15,2016-07-15,a,b,,\n"
    "HTI,True,True,Ouest,,,Ouest,,,1,Quake,BA,5,3,2016-07-15,2016-07-15,a,b,,\n"
)
HAPI_EVENTS = (
    "\ufefflocation_code,has_hrp,in_gho,provider_admin1_name,provider_admin2_name,admin1_code,admin1_name,admin2_code,"
    "admin2_name,admin_level,event_type,events,fatalities,reference_period_start,reference_period_end\n"
    "SYR,True,True,Aleppo,,,Aleppo,,,1,political_violence,62,31,2016-07-01,2016-07-31\n"
    "SYR,True,True,Aleppo,,,Aleppo,,,1,civilian_targeting,20,9,2016-07-01,2016-07-31\n"
    "SYR,True,True,Aleppo,,,Aleppo,,,1,demonstration,4,0,2016-07-01,2016-07-31\n"
)
HAPI_REFUGEES = (
    "origin_location_code,origin_has_hrp,origin_in_gho,asylum_location_code,asylum_has_hrp,asylum_in_gho,"
    "population_group,gender,age_range,min_age,max_age,population,reference_period_start,reference_period_end\n"
    "SYR,True,True,TUR,True,True,REF,all,all,,,1000,2016-01-01,2016-07-31\n"
    "SYR,True,True,TUR,True,True,REF,f,all,,,480,2016-01-01,2016-07-31\n"
    "SYR,True,True,TUR,True,True,ASY,all,all,,,20,2016-01-01,2016-07-31\n"
)


def odp(*records: dict[str, object]) -> str:
    """The answer of the Operational Data Portal."""
    usual = {
        "geomaster_name": "Türkiye", "geomaster_id": 1, "admin_level": "Country", "pop_data_type_code": "REG",
        "pop_type_code": "REF", "pop_type_name": "Refugees", "pop_frequency_cumulative_code": "C",
        "pop_origin_name": "Syrian Arab Rep.", "pop_origin_code": "SYR", "date": "2016-07-20", "month": 9, "year": 2024,
        "individuals": "2700000", "households": "1",
    }  # fmt: skip
    return json.dumps({"pop_frequency_code": ["D"], "data": [{**usual, **record} for record in records]})


ODP_CSV = (
    "\ufeffCountry,ISO3,Country of Origin,ISO3 of Origin,Population type,Source,Date,Individuals\n"
    "#country+name,#country+code,#country+name+origin,#country+code+origin,#population+type,#meta+source,#date,#affected\n"
    'Türkiye,TUR,Syria,SYR,Refugees,UNHCR,20/07/2016,"2,700,000"\n'
)
RDF = (
    "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,refugees,asylum_seekers,returned_refugees,idps,returned_idps,"
    "stateless,ooc,oip,hst\n"
    "2016,Syrian Arab Rep.,SYR,SYR,Türkiye,TUR,TUR,2823987,0,0,0,0,0,0,0,-\n"
    "2016,Syrian Arab Rep.,SYR,SYR,Germany,GFR,DEU,375122,0,0,0,0,0,0,0,-\n"
)


def idu(*records: dict[str, object]) -> str:
    usual = {
        "iso3": "SYR", "role": "Recommended figure", "displacement_type": "Conflict", "figure": 1000,
        "displacement_start_date": "2016-07-02", "displacement_end_date": "2016-07-05", "event_id": 7,
        "locations_name": "Azaz", "created_at": "2016-07-06",
    }  # fmt: skip
    return json.dumps([{**usual, "id": i, **record} for i, record in enumerate(records, start=1)])


COD_GLOBAL = (
    "ISO3,Country,ADM1_PCODE,ADM1_NAME,ADM2_PCODE,ADM2_NAME,Population_group,Gender,Age_range,Age_min,Age_max,Population,"
    "Reference_year,Source,Contributor\n"
    "#country+code,#country+name,#adm1+code,#adm1+name,#adm2+code,#adm2+name,#population+group,#gender,#age+range,"
    "#age+min,#age+max,#population,#date+year,#meta+source,#org\n"
    "SYR,Syria,SY02,Aleppo,,,T_TL,all,all,,,4000001,2016,x,y\n"
    "SYR,Syria,SY02,Aleppo,,,F_TL,f,all,,,2000000,2016,x,y\n"
)
COD_COUNTRY = 'Adm1_name,Adm1_pcode,T_TL,T_TF,T_TM\nAleppo,SY02,"670,000","300,000","370,000"\n'
