"""The converted model in onnxruntime. Thread-safe."""

from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


class Embedder:
    def __init__(self, directory):
        self.tokenizer = Tokenizer.from_file(str(Path(directory) / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        # One thread a question: several questions at a time are what fills the cores.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(Path(directory) / "encoder.onnx"), options,
                                                    providers=["CPUExecutionProvider"])

    def query(self, text):
        ids = np.array([self.tokenizer.encode("query: " + text).ids], np.int64)
        return self.session.run(None, {"ids": ids})[0]
