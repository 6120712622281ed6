//! A client of the suite with the hand-offs of Rust's standard library; docs/clients.md explains what passes.
mod arms;
mod messages;
mod output;
mod task;

use output::Output;
use std::env;
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::time::Instant;
use task::Task;

const ARMS: &str = r#"{"mutex-swap":"swap-buffer","mpsc-each":"channel:drain=each","mpsc-batch":"channel:drain=batch","empty":"empty"}"#;

fn main() -> io::Result<()> {
    if env::args().nth(1).as_deref() == Some("--describe") {
        let version = env!("CARGO_PKG_VERSION");
        println!(
            r#"{{"client":1,"version":"{version}","threads":128,"messageBytes":[1,65536],"arms":{ARMS}}}"#
        );
        return Ok(());
    }
    for line in io::stdin().lock().lines() {
        let answer = Task::parse(&line?)
            .and_then(|task| carry_out(&task))
            .unwrap_or_else(|detail| {
                format!(
                    r#"{{"type":"failed","detail":"{}"}}"#,
                    detail.replace(['"', '\\', '\n'], " ")
                )
            });
        println!("{answer}");
    }
    Ok(())
}

fn header(task: &Task) -> [u8; 128] {
    let mut header = [0; 128];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"FANINRUN");
    put(8, &2u16.to_le_bytes());
    put(10, &128u16.to_le_bytes());
    put(12, &[if task.grouped { 2 } else { 0 }]);
    put(14, &1u16.to_le_bytes());
    put(16, &(task.message_bytes as u32).to_le_bytes());
    put(20, &task.producers.to_le_bytes());
    put(24, &task.messages.to_le_bytes());
    put(32, &task.seed.to_le_bytes());
    put(36, &u32::from(task.warm_up).to_le_bytes());
    put(40, &task.run_id.as_bytes()[..task.run_id.len().min(24)]);
    put(64, &task.run.to_le_bytes());
    header
}

fn carry_out(task: &Task) -> Result<String, String> {
    let said = |error: io::Error| error.to_string();
    let opened = Instant::now();
    let mut socket = TcpStream::connect((task.host.as_str(), task.port)).map_err(said)?;
    socket.set_nodelay(true).map_err(said)?;
    socket.write_all(&header(task)).map_err(said)?;
    let mut hello = [0; 32];
    socket.read_exact(&mut hello).map_err(said)?;
    if &hello[..8] != b"FANINSRV" || hello[12] != 0 {
        return Err(format!("the listener refuses the run: {}", hello[12]));
    }
    let connect_us = opened.elapsed().as_secs_f64() * 1e6;

    let mut output = Output::new(socket);
    match task.arm.as_str() {
        "mutex-swap" | "empty" => arms::swap(task, &mut output),
        "mpsc-each" => arms::mpsc(task, false, &mut output),
        "mpsc-batch" => arms::mpsc(task, true, &mut output),
        other => return Err(format!("there is no arm {other}")),
    }
    let Output {
        mut socket,
        bytes,
        writes,
        peak,
        elapsed_us,
        acknowledged,
        failure,
    } = output;
    failure.map_err(said)?;

    let mut verdict = vec![0; 96];
    socket.read_exact(&mut verdict).map_err(said)?;
    let detail = u32::from_le_bytes(verdict[12..16].try_into().unwrap()) as usize;
    verdict.resize(96 + detail, 0);
    socket.read_exact(&mut verdict[96..]).map_err(said)?;
    let hex: String = verdict.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!(
        r#"{{"type":"run","elapsedUs":{elapsed_us},"connectUs":{connect_us},"bytes":{bytes},"writes":{writes},"peakBytes":{peak},"acknowledged":{acknowledged},"verdict":"{hex}"}}"#
    ))
}
