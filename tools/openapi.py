"""Store the OpenAPI document that tests/house/test_openapi.py compares with."""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")

import django

django.setup()

from enfilade.core.api.openapi import document  # noqa: E402 - Django is set up first

target = Path(__file__).resolve().parent.parent / "tests" / "house" / "openapi.json"
target.write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
sys.stdout.write(f"{target}\n")
