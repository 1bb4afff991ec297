#!/usr/bin/env python3
"""Plants includes that break the layer rule, each of which layers.py must find."""

import tempfile
import unittest
from pathlib import Path

from layers import problems


class LayersTest(unittest.TestCase):
    def problems_of(self, **extra):
        """Problems of a small tree with one more line in one file: file name (dots and slashes as __) = line."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            files = {
                "include/big/core/text.h": "#include <string>\n",
                "include/big/weights/w.h": '#include <torch/torch.h>\n#include "big/core/text.h"\n',
                "include/big/networks/n.h": '#include "big/core/text.h"\n',
                "include/big/registry/r.h": '#include "big/core/text.h"\n',
                "include/big/pipeline/p.h": '#include "big/networks/n.h"\n',
                "src/networks/inner.h": "",
                "src/networks/n.cpp": '#include "inner.h"\n#include "big/networks/n.h"\n',
                "src/core/log.cpp": "#include <spdlog/spdlog.h>\n",
                "tools/generate.cpp": '#include "big/pipeline/p.h"\n',
                "tools/list_identifiers.cpp": '#include "big/registry/r.h"\n',
            }
            for name, line in extra.items():
                name = name.replace("__", "/").replace("_dot_", ".")
                files[name] = files.get(name, "") + line + "\n"
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return problems(root)

    def test_a_good_tree_has_no_problem(self):
        self.assertEqual(self.problems_of(), [])

    def test_each_planted_fault_is_found(self):
        faults = {
            "a higher level": {"src__networks__n_dot_cpp": '#include "big/pipeline/p.h"'},
            "a neighbour": {"src__networks__n_dot_cpp": '#include "big/weights/w.h"'},
            "torch below the line": {"include__big__core__text_dot_h": "#include <torch/torch.h>"},
            "torch through a folder": {"tools__list_identifiers_dot_cpp": '#include "big/weights/w.h"'},
            "spdlog elsewhere": {"src__networks__n_dot_cpp": "#include <spdlog/spdlog.h>"},
            "another folder's private header": {"src__pipeline__p_dot_cpp": '#include "inner.h"'},
            "a way around": {"src__pipeline__p_dot_cpp": '#include "../networks/inner.h"'},
            "a private header in a public one": {"include__big__pipeline__p_dot_h": '#include "inner.h"'},
            "a folder without a level": {"src__misc__m_dot_cpp": ""},
            "a header that is not there": {"src__pipeline__p_dot_cpp": '#include "big/core/none.h"'},
        }
        for name, fault in faults.items():
            with self.subTest(name):
                self.assertEqual(len(self.problems_of(**fault)), 1)


if __name__ == "__main__":
    unittest.main()
