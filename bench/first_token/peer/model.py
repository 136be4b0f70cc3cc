"""The built-in embedding model's file as an ONNX graph in float32 and a `tokenizers` file.

usage: model.py MODEL_FILE OUT_DIRECTORY EMBEDDING_BENCH

The file's format is described in src/llm/embedding_file.h. Ends with the cosine between this and
the program's own engine (EMBEDDING_BENCH), and fails when it is not the same model."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from tokenizers import Regex

LEAST_COSINE = 0.999
SENTENCES = (
    "Quel est le délai de livraison du vélo cargo à Lille en mars ?",
    "Puis-je renvoyer un casque enfant sans l'emballage d'origine ?",
    "How long is the warranty on a spare battery?",
    "L’autonomie baisse-t-elle à −10 °C ? Ça dépend de l'œuvre…",
)


class File:
    def __init__(self, path):
        self.bytes = Path(path).read_bytes()
        self.at = 0
        magic, version = self.take("4sI")
        if magic != b"E5S1" or version != 1:
            sys.exit(f"{path} is not an embedding model of this format")
        (self.hidden, self.layers, self.heads, self.feed, self.vocabulary, self.positions,
         self.types, self.epsilon, _) = self.take("7ifi")
        self.pieces, self.bos, self.eos, self.pad, self.unknown, text_bytes = self.take("5iQ")
        offsets = self.array(np.uint32, self.pieces + 1)
        self.scores = self.array(np.float32, self.pieces)
        text = self.bytes[self.at:self.at + text_bytes]
        self.at += text_bytes
        self.spelled = [text[a:b].decode() for a, b in zip(offsets, offsets[1:])]
        rules, _ = self.take("iI")
        self.rules = []
        for _ in range(rules):
            source, count = self.take("IB")
            self.rules.append((chr(source), "".join(map(chr, self.take(f"{count}I")))))
        self.tensors = {}
        for _ in range(self.take("i")[0]):
            (length,) = self.take("H")
            name = self.take(f"{length}s")[0].decode()
            self.tensors[name] = self.take("BIQQ")

    def take(self, form):
        values = struct.unpack_from("<" + form, self.bytes, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind, count):
        values = np.frombuffer(self.bytes, kind, count, self.at)
        self.at += values.nbytes
        return values

    def tensor(self, name, *shape):
        kind, elements, offset, size = self.tensors[name]
        if kind == 0:
            return np.frombuffer(self.bytes, np.float32, elements, offset).reshape(shape)
        blocks = np.frombuffer(self.bytes, np.uint8, size, offset).reshape(-1, 18)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
        return ((halves.astype(np.float32) - 8) * scale).reshape(shape)


class Graph:
    def __init__(self, file):
        self.file = file
        self.nodes = []
        self.weights = []

    def weight(self, name, values):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind, inputs, **attributes):
        output = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def linear(self, value, name, matrices, rows, columns):
        matrix = np.concatenate([self.file.tensor(f"{m}.w", rows, columns) for m in matrices])
        bias = np.concatenate([self.file.tensor(f"{m}.b", rows) for m in matrices])
        product = self.node("MatMul", [value, self.weight(name + ".w", matrix.T)])
        return self.node("Add", [product, self.weight(name + ".b", bias)])

    def norm(self, value, name):
        hidden = self.file.hidden
        return self.node("LayerNormalization",
                         [value, self.weight(name + ".w", self.file.tensor(name + ".w", hidden)),
                          self.weight(name + ".b", self.file.tensor(name + ".b", hidden))],
                         axis=-1, epsilon=self.file.epsilon)

    def layer(self, value, i):
        file, hidden, name = self.file, self.file.hidden, f"l{i}"
        parts = [f"{name}.{part}" for part in "qkv"]
        # onnxruntime's own fused attention
        bias = np.concatenate([file.tensor(f"{part}.b", hidden) for part in parts])
        matrix = np.concatenate([file.tensor(f"{part}.w", hidden, hidden) for part in parts])
        attended = self.node("Attention", [value, self.weight(name + ".qkv.w", matrix.T),
                                           self.weight(name + ".qkv.b", bias)],
                             domain="com.microsoft", num_heads=file.heads)
        attended = self.linear(attended, name + ".ao", [name + ".ao"], hidden, hidden)
        middle = self.norm(self.node("Add", [value, attended]), name + ".aln")
        wide = self.linear(middle, name + ".fi", [name + ".fi"], file.feed, hidden)
        wide = self.node("Gelu", [wide])
        narrow = self.linear(wide, name + ".fo", [name + ".fo"], hidden, file.feed)
        return self.norm(self.node("Add", [middle, narrow]), name + ".oln")

    def build(self):
        file, hidden = self.file, self.file.hidden
        words = self.weight("words", file.tensor("emb.word", file.vocabulary, hidden))
        places = (file.tensor("emb.pos", file.positions, hidden) +
                  file.tensor("emb.type", file.types, hidden)[0])
        value = self.node("Gather", [words, "ids"])
        length = self.node("Shape", ["ids"], start=1, end=2)
        zero = self.weight("zero", np.array([0], np.int64))
        value = self.node("Add", [value, self.node("Slice", [self.weight("places", places), zero,
                                                              length])])
        value = self.norm(value, "emb.ln")
        for i in range(file.layers):
            value = self.layer(value, i)
        mean = self.node("ReduceMean", [value, self.weight("axis", np.array([1], np.int64))],
                         keepdims=0)
        self.nodes.append(helper.make_node("LpNormalization", [mean], ["vector"], axis=-1, p=2))
        graph = helper.make_graph(
            self.nodes, "encoder",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, hidden])],
            self.weights)
        return helper.make_model(graph, ir_version=10, opset_imports=[
            helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)])


def tokenizer_of(file):
    tokenizer = Tokenizer(models.Unigram(list(zip(file.spelled, file.scores.tolist())),
                                         unk_id=file.unknown, byte_fallback=False))
    # NFKC is what the file's rules do to single characters.
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(),
                                                 normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos = file.spelled[file.bos], file.spelled[file.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", special_tokens=[(bos, file.bos), (eos, file.eos)])
    tokenizer.enable_truncation(file.positions)
    return tokenizer


def compare(directory, bench, model_file):
    from embedder import Embedder
    embedder = Embedder(directory)
    ours = subprocess.Popen([bench, model_file], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True)
    ours.stdout.readline()
    least = 1.0
    for sentence in SENTENCES:
        ours.stdin.write(f"q\t{sentence}\n")
        ours.stdin.flush()
        _, _, *numbers = ours.stdout.readline().split()
        least = min(least, float(embedder.query(sentence)[0] @ np.array(numbers, np.float32)))
    ours.stdin.close()
    ours.wait()
    return least


def main():
    model_file, directory, bench = sys.argv[1:]
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / "encoder.onnx").exists():
        file = File(model_file)
        tokenizer_of(file).save(str(directory / "tokenizer.json"))
        written = directory / "encoder.onnx.part"
        onnx.save(Graph(file).build(), str(written))
        written.rename(directory / "encoder.onnx")
    least = compare(directory, bench, model_file)
    print(f"the same model as ONNX float32: cosine to our engine at least {least:.5f} "
          f"on {len(SENTENCES)} sentences")
    if least < LEAST_COSINE:
        sys.exit("the converted model is not the same")


main()
