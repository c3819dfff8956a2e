/// A picture in memory: 8-bit RGB, rows without padding, `rgb.len() == width * height * 3`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgb: Vec<u8>,
}
