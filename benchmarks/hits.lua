-- Sends captured hits to the server under load, each with an event id of its own, and prints what wrk saw as JSON.
-- A line of the file: method, path with query, content type, body, where the id goes (url or body), its parameter.
local hits = {}
for line in io.lines(os.getenv("HITS")) do
  local method, path, kind, body, place, name = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$")
  hits[#hits + 1] = {method, path, kind, (body:gsub("\\n", "\r\n")), place, name}
end

local start, count = os.getenv("START"), 0
local agent, cookie = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "cmp_marketing=yes"

request = function()
  count = count + 1
  local hit = hits[count % #hits + 1]
  local id = "&" .. hit[6] .. "=" .. start .. "-" .. count
  local headers = {["User-Agent"] = agent, ["Cookie"] = cookie}
  if hit[3] ~= "" then headers["Content-Type"] = hit[3] end
  if hit[5] == "body" then return wrk.format(hit[1], hit[2], headers, hit[4] .. id) end
  return wrk.format(hit[1], hit[2] .. id, headers, hit[4] ~= "" and hit[4] or nil)
end

done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
