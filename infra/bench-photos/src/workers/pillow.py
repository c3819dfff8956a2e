"""Pillow with the settings of the replaced system: whole decode, Lanczos, quality 85, optimised codes, not progressive.
The thumbnails, which that system did not have, are made as ours: each from the picture before it."""

import io
import json
import pathlib
import sys
import time

from PIL import Image, ImageOps


def renditions(raw, task):
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(raw))).convert("RGB")
    upright = picture.size
    main = min(task["width_px"], upright[0])
    for width in [main] + [width for width in task["thumbnail_widths_px"] if width < main]:
        if width != picture.width:
            picture = picture.resize((width, round(upright[1] * width / upright[0])), Image.Resampling.LANCZOS)
        name = "main" if width == main else str(width)
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=task["jpeg_quality"], optimize=True)
        yield f"{name}.jpg", file.getvalue()
        if task["webp"]:
            file = io.BytesIO()
            picture.save(file, "WEBP", quality=80, method=2)
            yield f"{name}.webp", file.getvalue()


def work(task):
    raw = pathlib.Path(task["photo"]).read_bytes()
    started = time.perf_counter()
    files = list(renditions(raw, task))
    ms = (time.perf_counter() - started) * 1000
    for name, content in files:
        (pathlib.Path(task["folder"]) / name).write_bytes(content)
    return {"ms": ms}


print(json.dumps({"ms": 0}), flush=True)
for line in sys.stdin:
    try:
        answer = work(json.loads(line))
    except Exception as error:  # whatever it is, the bench tells it
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
