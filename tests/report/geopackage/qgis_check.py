"""Run by the system's Python, which has QGIS: open a GeoPackage as a user would and tell what is seen, as JSON.

Usage: ``qgis_check.py FILE.gpkg PICTURE.png [WEST,SOUTH,EAST,NORTH]``. Not a test itself.
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from osgeo import ogr
from qgis.core import (
    NULL,
    QgsApplication,
    QgsAttributeEditorContainer,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

package, picture = sys.argv[1:3]
extent = [float(value) for value in sys.argv[3].split(",")] if len(sys.argv) > 3 else None
application = QgsApplication([], False)
application.initQgis()

seen, layers = {}, []
source = ogr.Open(package)
for number in range(source.GetLayerCount()):
    name = source.GetLayer(number).GetName()
    layer = QgsVectorLayer(f"{package}|layername={name}", name, "ogr")
    facts = {"valid": layer.isValid(), "features": layer.featureCount(), "spatial": layer.isSpatial()}
    if layer.isSpatial():
        own, ids, names, _texts, _fault = layer.listStylesInDatabase()
        named = {}
        for style, number in zip(names[:own], ids[:own], strict=True):
            qml = QDomDocument()
            qml.setContent(layer.getStyleFromDatabase(number)[0])
            copy = layer.clone()
            taken, _fault = copy.importNamedStyle(qml)
            drawn = copy.renderer()
            if drawn.type() == "pointDisplacement":
                drawn = drawn.embeddedRenderer()
            tests = [rule.filterExpression() for rule in drawn.rootRule().descendants()]
            bad = [test for test in tests if test != "ELSE" and QgsExpression(test).hasParserError()]
            keys = [rule.label() for rule in drawn.rootRule().children()]
            named[style] = {"taken": taken, "bad": bad, "keys": keys}
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        tips = []
        for feature in layer.getFeatures():
            context.setFeature(feature)
            tips.append(QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context))
        renderer, displaced = layer.renderer(), False
        if renderer.type() == "pointDisplacement":
            renderer, displaced = renderer.embeddedRenderer(), True
        rules = [(rule.label(), rule.filterExpression()) for rule in renderer.rootRule().children()]
        facts |= {
            "styles": named,
            "renderer": renderer.type(),
            "displaced": displaced,
            "labels": layer.labelsEnabled(),
            "rules": [label for label, _ in rules],
            "bad_rules": [test for _, test in rules if test != "ELSE" and QgsExpression(test).hasParserError()],
            "tips": tips,
            "aliases": {field.name(): layer.attributeDisplayName(i) for i, field in enumerate(layer.fields())},
            "types": {field.name(): field.typeName() for field in layer.fields()},
            "layout": int(layer.editFormConfig().layout()),
            "tabs": {
                tab.name(): [[field.name(), field.idx()] for field in tab.children()]
                for tab in layer.editFormConfig().tabs()
                if isinstance(tab, QgsAttributeEditorContainer)
            },
            "places": {field.name(): i for i, field in enumerate(layer.fields())},
            "widgets": {field.name(): field.editorWidgetSetup().type() for field in layer.fields()},
            "crs": layer.crs().authid(),
            "abstract": layer.metadata().abstract(),
        }
        layers.append(layer)
    seen[name] = facts

if "site_attributes" in seen:
    # as a user would in the properties of the layer: Joins, by site_id
    by_name = {layer.name(): layer for layer in layers}
    sites, rest = by_name["sites"], QgsVectorLayer(f"{package}|layername=site_attributes", "rest", "ogr")
    QgsProject.instance().addMapLayer(rest, False)
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(rest)
    join.setJoinFieldName("site_id")
    join.setTargetFieldName("site_id")
    join.setPrefix("")
    join.setUsingMemoryCache(True)
    seen["sites"]["joined"] = sites.addJoin(join) and [
        [feature["site_id"], None if feature["easting"] == NULL else feature["easting"]]
        for feature in sites.getFeatures()
    ]

settings = QgsMapSettings()
settings.setLayers(layers)
settings.setDestinationCrs(layers[0].crs())
settings.setBackgroundColor(QColor("white"))
settings.setOutputSize(QSize(1600, 1200))
settings.setOutputDpi(150)
if extent:
    whole = QgsRectangle(*extent)
else:
    whole = QgsRectangle()
    for layer in layers:
        whole.combineExtentWith(layer.extent())
    whole.scale(1.05)
settings.setExtent(whole)
job = QgsMapRendererSequentialJob(settings)
job.start()
job.waitForFinished()
job.renderedImage().save(picture)

sys.stdout.write(json.dumps(seen))
sys.stdout.flush()
os._exit(0)  # QGIS 3.22 crashes when it is taken down in order
