#![doc = include_str!("from_asyncio_to_tokio.md")]
#![doc = "\n"]
#![doc = include_str!("examples.md")]
