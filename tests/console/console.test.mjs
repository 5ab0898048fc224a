// Every screen's main path and its refusals, in Chromium, against a real platform on which the sample day stands half played.
import './rules.mjs';
import './board.mjs';
import './orders.mjs';
import './batches.mjs';
import './secrets.mjs';
import './review.mjs';
import './staff.mjs';
import './system.mjs';
import './possession.mjs';
import './labels.mjs';
import './shipping.mjs';
import './waste.mjs';
import './trace.mjs';
// Empties a cell, so after those that count on what is in it.
import './cells.mjs';
import './master.mjs';
import './sizes.mjs';
// Last: it leaves no platform.
import './gone.mjs';
