//! What the consumer writes, and the end of the clock.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

pub struct Output {
    pub socket: TcpStream,
    pub bytes: usize,
    pub writes: usize,
    pub peak: usize,
    pub elapsed_us: f64,
    pub acknowledged: u64,
    pub failure: io::Result<()>,
}

impl Output {
    pub fn new(socket: TcpStream) -> Output {
        Output {
            socket,
            bytes: 0,
            writes: 0,
            peak: 0,
            elapsed_us: 0.0,
            acknowledged: 0,
            failure: Ok(()),
        }
    }

    /// After a failure it does nothing, so that the producers come to their end.
    pub fn write(&mut self, taken: &[u8]) {
        if self.failure.is_ok() {
            self.failure = self.socket.write_all(taken);
        }
        self.bytes += taken.len();
        self.writes += 1;
        self.peak = self.peak.max(taken.len());
    }

    /// Half-closes, and stops the clock when the listener has acknowledged.
    pub fn finish(&mut self, start: Instant) {
        if self.failure.is_ok() {
            self.failure = self.acknowledge();
        }
        self.elapsed_us = start.elapsed().as_secs_f64() * 1e6;
    }

    fn acknowledge(&mut self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)?;
        let mut answer = [0; 16];
        self.socket.read_exact(&mut answer)?;
        self.acknowledged = u64::from_le_bytes(answer[8..].try_into().unwrap());
        Ok(())
    }
}
