#!/usr/bin/env bash
# Chromium with what drives it, QGIS for Python, Leaflet and GDAL's GeoPackage validator, on a Debian machine of our own
# (a container of CI). Anywhere else nothing is touched: the tests that need them skip. What takes too long to download is left out.
set -euo pipefail
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
timeout 180 apt-get update -qq
code=0
for package in python3-gdal python3-qgis chromium; do
  if ! timeout 300 apt-get install -qq --yes --no-install-recommends --download-only "$package" >/dev/null ||
    ! apt-get install -qq --yes --no-install-recommends "$package" >/dev/null; then
    echo "ci: $package could not be installed"
    code=1
  fi
done
# Leaflet as folium asks for it, for the tests that draw .explore() without the web, what drives Chromium through
# JupyterLab (lab.mjs) and the report (report.mjs), and what finds faults of access in it (axe-core); beside this
# file, never committed. The browser is Debian's: none is downloaded.
if command -v npm >/dev/null &&
  ! timeout 120 npm install --silent --no-save --no-audit --no-fund --prefix "$(dirname "$0")" leaflet@1.9.3 \
    playwright-core@1.56.1 axe-core@4.14.1 >/dev/null; then
  echo "ci: leaflet, playwright-core and axe-core could not be installed"
  code=1
fi
exit "$code"
