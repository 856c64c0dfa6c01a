"""Run by the system's Python, which has QGIS: open a project as a user would and tell what is seen, as JSON.

Usage: ``qgis_project_check.py FILE.qgz PICTURE.png``. Not a test itself.
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    QgsApplication,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

file, picture = sys.argv[1:3]
application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
opened = project.read(file)

layers = {}
for layer in project.mapLayers().values():
    renderer = layer.renderer() if layer.isSpatial() else None
    if renderer is not None and renderer.type() == "pointDisplacement":
        renderer = renderer.embeddedRenderer()
    styles = layer.styleManager()
    layers[layer.id()] = {
        "name": layer.name(),
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "spatial": layer.isSpatial(),
        "crs": layer.crs().authid(),
        "source": layer.publicSource(),
        "renderer": renderer.type() if renderer else None,
        "rules": [rule.label() for rule in renderer.rootRule().children()] if renderer else [],
        "styles": styles.styles(),
        "current": styles.currentStyle(),
        "tip": layer.mapTipTemplate()[:40],
        "abstract": layer.metadata().abstract(),
        "tabs": [tab.name() for tab in layer.editFormConfig().tabs()] if layer.isSpatial() else [],
        "labels": layer.labelsEnabled() if layer.isSpatial() else False,
    }

changed = {}
for layer in project.mapLayers().values():
    for name in layer.styleManager().styles():
        layer.styleManager().setCurrentStyle(name)
        renderer = layer.renderer() if layer.isSpatial() else None
        if renderer is not None and renderer.type() == "pointDisplacement":
            renderer = renderer.embeddedRenderer()
        if renderer is not None:
            changed[name] = [rule.label() for rule in renderer.rootRule().children()]
    layer.styleManager().setCurrentStyle(layer.styleManager().styles()[0])
for layer in project.mapLayers().values():
    layer.styleManager().setCurrentStyle(layers[layer.id()]["current"])

root = project.layerTreeRoot()
tree = [
    [group.name(), [[node.layerId(), node.isVisible()] for node in group.findLayers()]] for group in root.children()
]
view = project.viewSettings().defaultViewExtent()
settings = QgsMapSettings()
visible = [layer for layer in root.layerOrder() if root.findLayer(layer.id()).isVisible() and layer.isSpatial()]
settings.setLayers(visible)
settings.setDestinationCrs(project.crs())
settings.setBackgroundColor(QColor("white"))
settings.setOutputSize(QSize(1600, 1200))
settings.setOutputDpi(120)
settings.setExtent(view)
job = QgsMapRendererSequentialJob(settings)
job.start()
job.waitForFinished()
job.renderedImage().save(picture)

json.dump(
    {
        "opened": opened,
        "error": project.error(),
        "title": project.title(),
        "crs": project.crs().authid(),
        "absolute": project.readEntry("Paths", "/Absolute")[0],
        "extent": [view.xMinimum(), view.yMinimum(), view.xMaximum(), view.yMaximum()],
        "tree": tree,
        "order": [layer.id() for layer in root.layerOrder()],
        "layers": layers,
        "changed": changed,
    },
    sys.stdout,
)
sys.stdout.flush()
os._exit(0)  # QGIS 3.22 crashes when it is taken down in order
