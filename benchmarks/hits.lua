-- Sends captured hits to the server under load, each with an event id of its own, and prints what wrk saw as JSON.
local paths = {}
for line in io.lines(os.getenv("HITS")) do paths[#paths + 1] = line end

local start, count = os.getenv("START"), 0

request = function()
  count = count + 1
  return wrk.format("GET", paths[count % #paths + 1] .. "&ep.event_id=" .. start .. "-" .. count)
end

done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
