// Every screen's main path and its refusals, in Chromium, against a real platform on which the sample day stands half played.
import './board.mjs';
import './orders.mjs';
import './batches.mjs';
import './review.mjs';
import './system.mjs';
import './sizes.mjs';
