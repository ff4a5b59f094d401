"""Exports for other programs: HXL, GeoJSON, NetCDF and workbooks, under the do-no-harm rules."""
