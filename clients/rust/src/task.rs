//! A task's line. It is flat and its strings are plain, so that a field is found by its name.

pub struct Task {
    pub arm: String,
    pub host: String,
    pub port: u16,
    pub producers: u32,
    pub workers: u32,
    pub messages: u64,
    pub message_bytes: usize,
    pub grouped: bool,
    pub seed: u32,
    pub run: u32,
    pub capacity: usize,
    pub warm_up: bool,
    pub run_id: String,
}

impl Task {
    pub fn parse(line: &str) -> Result<Task, String> {
        let number = |name| number(line, name);
        Ok(Task {
            arm: string(line, "arm")?,
            host: string(line, "host")?,
            port: number("port")? as u16,
            producers: number("producers")? as u32,
            workers: number("workers")? as u32,
            messages: number("messages")?,
            message_bytes: number("messageBytes")? as usize,
            grouped: string(line, "content")? == "grouped",
            seed: number("seed")? as u32,
            run: number("run")? as u32,
            capacity: number("capacity")? as usize,
            warm_up: value(line, "warmUp")?.starts_with("true"),
            run_id: string(line, "runId")?,
        })
    }
}

fn value<'a>(line: &'a str, name: &str) -> Result<&'a str, String> {
    let key = format!("\"{name}\":");
    let at = line.find(&key).ok_or(format!("the task has no {name}"))?;
    Ok(line[at + key.len()..].trim_start())
}

fn number(line: &str, name: &str) -> Result<u64, String> {
    let text = value(line, name)?;
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end]
        .parse()
        .map_err(|_| format!("{name} in the task is no number"))
}

fn string(line: &str, name: &str) -> Result<String, String> {
    value(line, name)?
        .strip_prefix('"')
        .and_then(|text| text.split('"').next())
        .map(str::to_string)
        .ok_or(format!("{name} in the task is no string"))
}
