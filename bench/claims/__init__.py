"""Published claims, run again: as published (leak and all) and as it should be, with a verdict for each.

A claim is one TOML file beside this module; :mod:`bench.claims.files` says what it holds. Adding one needs no code.

The rule, the same for every claim
----------------------------------
1. A *quantity* is a number of one record, or the paired difference or ratio of several at matched seeds. Its interval
   is the 95 % t interval over seeds, Nadeau-Bengio corrected where seeds resample the split
   (``bench.statistics.comparison``); of a ratio it is taken of the logarithms and turned back. Where every seed has the
   same test rows, scores are taken over draws of these, too, crossed with seeds, as on boards; where nothing was kept
   to draw them by, the finding says that its interval is of these test rows alone. Measures of synthetic rows rest on
   seeds.
2. Each judged quantity has a *band*, written in the claim's file before it was run:

   - a published number: the number ± its tolerance, where the file says what the tolerance rests on (two standard
     errors of the published figure, from its own test rows or repeats, unless it says otherwise);
   - a comparison with a published size: from half of that size to half as much again, in its direction. Bands have
     two ends, so that a claim can fail on both sides; a file that states one bound beside a published number means the
     other as far on its other side;
   - a comparison without a size: the side of zero (of one, for a ratio) that was claimed. Judged by such bands alone, a
     claim is never "reproduced": the most it can reach is "same sign".

   The quantity *agrees* if its interval lies inside the band, *disagrees* if it lies outside, else it is *open*.
   It is open, too, where there is no room for the gain that was claimed: what is compared with is so near to the most
   that the metric can be (``most``) that the band cannot be reached.
3. A run agrees if all judged quantities agree, disagrees if any disagrees, else it is open; so is one that has not been
   run to its end, lest it be stopped where it pleases. A cell that failed has been run: its seed is missing, and said.
4. The verdict, from the run as published and the leak-free one (one and the same where nothing leaked):

   ============== ============== ==============================
   as published   leak-free      verdict
   ============== ============== ==============================
   agrees         agrees         reproduced
   agrees         disagrees      reproduced only with the leak
   disagrees      anything       not reproduced
   no record      no record      not run
   anything else                 undecided
   ============== ============== ==============================

   A claim of which one protocol alone is run says so (``limits``): its verdict is of that one.
5. A claim may say from which budget on it is decided (``decided_at``: where training is long enough to mean something).
   At smaller budgets its numbers are shown and the verdict is *undecided*.

Records of different sources are never pooled: the most real source that a claim has records of is judged. Numbers that
only hold for the published rows are judged only on ``real`` ones (``judged_on``). Verdicts on simulated rows say so.
"""

from bench.claims.evaluation import evaluate
from bench.claims.page import render
from bench.claims.running import run

__all__ = ["evaluate", "render", "run"]
