//! Raw photo bytes to optimised photo bytes, pure.
