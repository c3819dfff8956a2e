//! The rules of SharaSpot, pure.
