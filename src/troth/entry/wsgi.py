"""The WSGI application, with the threads that place ledger entries and keep retention."""

import gc
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "troth.entry.settings"

import django
from django.conf import settings
from django.urls import get_resolver

django.setup(set_prefix=False)

from troth.entry import keeper, lock, logs, starting  # noqa: E402 - applications first
from troth.entry.handler import Handler  # noqa: E402 - applications first

application = Handler()

# In seconds. What a request does is short: a thread that must give the interpreter away in the midst of it, and then
# wait for it behind all others, makes every one of them longer.
sys.setswitchinterval(0.1)

logs.catch_the_rest()
serving = lock.holder(settings.TROTH_DIR) or {}
if "listens" in serving:
    keeper.end_with(int(serving["pid"]))
else:  # another server than `troth serve`, which would have asked already
    starting.insist()
get_resolver().url_patterns  # noqa: B018 - loads every door now, not at the first request
keeper.start()
# What is there by now stays. Looking through all of it again and again for what nobody needs any more finds nothing.
gc.collect()
gc.freeze()
if settings.INSTALLATION.configuration.metrics:
    from troth.entry import metrics

    metrics.start(settings.INSTALLATION.configuration.metrics)
