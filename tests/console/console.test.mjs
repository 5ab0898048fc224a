// Every screen's main path and its refusals, in Chromium, against a real platform on which the sample day stands half played.
import './board.mjs';
import './orders.mjs';
import './batches.mjs';
import './review.mjs';
import './staff.mjs';
import './system.mjs';
import './possession.mjs';
import './labels.mjs';
import './shipping.mjs';
import './waste.mjs';
import './trace.mjs';
import './master.mjs';
import './sizes.mjs';
