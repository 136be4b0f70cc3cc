"""dlt, as its documentation has it for tables of a database (pyarrow, its fastest way): SOURCE TARGET DIRECTORY. Prints
the seconds."""
import os
import sys
import time

os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt  # noqa: E402
from dlt.sources.sql_database import sql_database  # noqa: E402

source, target, directory = sys.argv[1:4]
began = time.monotonic()
pipeline = dlt.pipeline(pipeline_name="peer", destination=dlt.destinations.postgres(target), dataset_name="peer", pipelines_dir=directory)
tables = sql_database(source, backend="pyarrow", table_names=["conversations", "messages", "document_chunks"])
pipeline.run(tables, write_disposition="replace")
print(time.monotonic() - began)
