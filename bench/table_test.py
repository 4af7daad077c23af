"""What a row says of its figures, and how they are told; nothing is measured."""
import json
import pathlib
import tempfile
import unittest

import rows
import standing
from recording import niceness
from table import MARKS, Line, markdown, put_markdown, row, save

RUN = {"at": "2026-11-23T10:00:00+0000", "machine": "2 cores, Some Processor", "load_average": 1.25, "rounds": 5, "seconds": 2,
       "pinned": True, "dropped_rows": 0}


class Rows(unittest.TestCase):
    def test_every_goal_of_the_table_has_a_row_in_order(self):
        self.assertEqual(list(rows.ROWS), [f"P{number}" for number in range(1, 14)])

    def test_a_goal_bounds_the_ratio_where_there_is_one(self):
        self.assertTrue(Line("P1", "w", 900, "µs", 1000, (0.9, 0.8, 1.2), 1.0).met)
        self.assertFalse(Line("P1", "w", 900, "µs", 700, (1.3, 0.8, 1.2), 1.0).met)

    def test_a_goal_bounds_the_figure_where_there_is_no_ratio(self):
        self.assertTrue(Line("P9", "w", 50, "ms", goal=50).met)
        self.assertFalse(Line("P9", "w", 50.1, "ms", goal=50).met)

    def test_a_goal_may_be_a_lower_bound(self):
        self.assertTrue(Line("P8", "w", 10, "µs", 900, (90, 80, 99), 40, at_least=True).met)
        self.assertFalse(Line("P8", "w", 10, "MB", 90, (9, 9, 9), 15, at_least=True).met)

    def test_without_a_goal_there_is_nothing_to_meet(self):
        self.assertIsNone(Line("P1", "w", 1, "µs").met)

    def test_what_could_not_be_measured_meets_nothing(self):
        self.assertIsNone(Line("P8", "w", goal=40, failure="it does not start").met)


class Told(unittest.TestCase):
    def test_a_line_as_cells(self):
        self.assertEqual(Line("P1", "small", 21.44, "µs", 20, (1.072, 1.0, 1.1), 1.0).cells(),
                         ("P1", "small", "21.4 µs", "20.0 µs", "1.07 (1.00–1.10)", "≤ 1 ×", "—"))
        self.assertEqual(Line("P8", "other", 25.02, "µs", 3809.4, (152.3, 140, 165.2), 40, at_least=True).cells(),
                         ("P8", "other", "25.0 µs", "3809 µs", "152 (140–165)", "≥ 40 ×", "ok"))
        self.assertEqual(Line("P13", "part", 4.4, "%", goal=5).cells(), ("P13", "part", "4.40 %", "", "", "≤ 5 %", "ok"))

    def test_a_failure_is_told_in_its_line(self):
        line = Line("P8", "a peer", failure="node ended with 1\nand more")
        self.assertIn("a peer: not measured: node ended with 1", row(line.cells()))
        self.assertIn("not measured: node ended with 1 |", markdown([line], RUN))

    def test_markdown_says_when_and_on_what(self):
        text = markdown([Line("P9", "a | b", 12, "ms", goal=50)], RUN)
        self.assertEqual(text.partition("\n")[0], "2026-11-23, 2 cores, Some Processor; 5 rounds of 2 s, pinned; "
                         "load average 1.2 at the start; 0 requests not recorded.")
        self.assertIn("\n| id | work | agt | peer | ratio (min–max) | goal |  |\n| --- |", text)
        self.assertTrue(text.endswith("\n| P9 | a \\| b | 12.0 ms |  |  | ≤ 50 ms | ok |\n"), text)

    def test_markdown_goes_where_a_page_keeps_it(self):
        with tempfile.TemporaryDirectory() as folder:
            page, bare = pathlib.Path(folder) / "page.md", pathlib.Path(folder) / "new.md"
            page.write_text("before\n" + MARKS[0] + "old\n" + MARKS[1] + "after\n")
            put_markdown(page, "new\n")
            put_markdown(bare, "new\n")
            self.assertEqual(page.read_text(), "before\n" + MARKS[0] + "new\n" + MARKS[1] + "after\n")
            self.assertEqual(bare.read_text(), "new\n")

    def test_every_round_is_saved(self):
        with tempfile.TemporaryDirectory() as folder:
            save(pathlib.Path(folder) / "new", "P9", [Line("P9", "w", 60, "ms", goal=50, details={"times_ms": [60]})], RUN)
            kept = json.loads((pathlib.Path(folder) / "new/P9.json").read_text())
        self.assertEqual(kept["run"]["machine"], RUN["machine"])
        self.assertEqual((kept["lines"][0]["details"], kept["lines"][0]["met"]), ({"times_ms": [60]}, False))


class Readings(unittest.TestCase):
    def test_niceness_of_a_thread_whose_name_looks_like_fields(self):
        self.assertEqual(niceness("7 (a) R 1 2) S 1 7 7 0 -1 64 0 0 0 0 5 6 0 0 25 5 3 0 100 0 0\n"), 5)

    def test_kernel_memory_is_half_of_all_ends_and_all_watches(self):
        before = {"TCP": 0, "sock_inode_cache": 1000, "filp": 0, "eventpoll_epi": 0}
        after = {"TCP": 8192, "sock_inode_cache": 5096, "filp": 4096, "eventpoll_epi": 2048}
        self.assertEqual(standing.kernel_kb(before, after, 2), (8 + 4 + 4) / 2 / 2 + 2 / 2)
        self.assertIsNone(standing.kernel_kb(None, after, 2))


if __name__ == "__main__":
    unittest.main()
