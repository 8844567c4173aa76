# What `__init__.py` loads when it is asked for, for type checkers. tests/test_api.py compares the two.
from sesscore.api.batches import Batches as Batches
from sesscore.api.database import Database as Database
from sesscore.api.database import open as open
from sesscore.api.merging import Merged as Merged
from sesscore.api.merging import MergeResult as MergeResult
from sesscore.api.merging import merge as merge
from sesscore.api.reading import IngestResult as IngestResult
from sesscore.api.reading import SessionCounts as SessionCounts
from sesscore.api.reading import SourceCounts as SourceCounts
from sesscore.api.reading import ingest as ingest
from sesscore.api.reports import reports as reports
from sesscore.api.sections import Column as Column
from sesscore.api.sections import Report as Report
from sesscore.api.sections import Section as Section
from sesscore.api.things import Activity as Activity
from sesscore.api.things import Session as Session
from sesscore.api.verifying import Verification as Verification
from sesscore.errors import ConditionFailed as ConditionFailed
from sesscore.errors import DatabaseInUse as DatabaseInUse
from sesscore.errors import DiskFull as DiskFull
from sesscore.errors import NothingToRead as NothingToRead
from sesscore.errors import SchemaMismatch as SchemaMismatch
from sesscore.errors import SesscoreError as SesscoreError
from sesscore.errors import SnapshotExpired as SnapshotExpired
from sesscore.errors import StorageError as StorageError
from sesscore.errors import UnknownSession as UnknownSession
from sesscore.errors import UsageError as UsageError
from sesscore.ledger import Ledger as Ledger
from sesscore.matchers import matcher as matcher
from sesscore.met import Problem as Problem
from sesscore.sensors import Sensor as Sensor
from sesscore.signals import Stop as Stop

__version__: str
