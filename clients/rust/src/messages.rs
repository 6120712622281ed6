//! What each message says (docs/protocol.md).
use crate::task::Task;

fn mix(mut h: u32) -> u32 {
    h = (h ^ h >> 16).wrapping_mul(0x85eb_ca6b);
    h = (h ^ h >> 13).wrapping_mul(0xc2b2_ae35);
    h ^ h >> 16
}

#[derive(Clone)]
pub struct Messages {
    size: usize,
    grouped: bool,
    k1: u32,
    k2: u32,
    /// Of the sequence that single bytes follow, or of the count in a group.
    first: u32,
    /// Whole messages, one block after the other; producer and number are written in place.
    blocks: Vec<u8>,
    count: u64,
}

impl Messages {
    pub fn new(task: &Task) -> Messages {
        let size = task.message_bytes;
        let k1 = mix(task.seed ^ mix(task.run));
        let k2 = mix(k1.wrapping_add(0x9e37_79b9));
        let mut count = 64;
        while count > 8 && count * size > 65_536 {
            count /= 2;
        }
        let body = |at: usize| {
            let (b, k) = (at / size, at % size);
            (167 * b + 13 * k + 7 * (k / 256) + (k2 >> (8 * (k % 4))) as usize) as u8
        };
        let first = if task.grouped {
            task.seed.wrapping_add(task.run.wrapping_mul(5)) % 16
        } else {
            (task.seed % 255 + 97 * (task.run % 255)) % 255
        };
        Messages {
            size,
            grouped: task.grouped,
            k1,
            k2,
            first,
            blocks: if size == 1 {
                Vec::new()
            } else {
                (0..count * size).map(body).collect()
            },
            count: count as u64,
        }
    }

    /// Calls `send` with each message of a producer.
    pub fn each(&mut self, producer: u32, messages: u64, mut send: impl FnMut(&[u8])) {
        if self.size == 1 {
            let (modulus, high) = if self.grouped {
                (
                    16,
                    (producer.wrapping_mul(self.k1 | 1).wrapping_add(self.k2) % 16) << 4,
                )
            } else {
                (255, 0)
            };
            let mut count = self.first;
            for _ in 0..messages {
                send(&[(high | count) as u8]);
                count = if count + 1 == modulus { 0 } else { count + 1 };
            }
            return;
        }
        for number in 0..messages {
            let block = ((31 * u64::from(producer) + number) % self.count) as usize;
            let message = &mut self.blocks[block * self.size..][..self.size];
            message[..4].copy_from_slice(&(producer ^ self.k1).to_le_bytes());
            message[4..8].copy_from_slice(&(number as u32 ^ self.k2).to_le_bytes());
            send(message);
        }
    }
}
