//! asyncio's event loop.
