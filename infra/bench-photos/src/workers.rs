//! What runs in the candidates' processes; `sharp.js` and `pillow.py` stand beside.

pub(crate) mod ours;
