-- One cell of the bench for wrk: posts a template, each time as the next caller.
--   wrk -s load.lua URL -- TEMPLATE CALLERS SEED EXPECTED
-- TEMPLATE  file with the body; @CALLER@ stands for the caller, @KEY@ for a fresh UUID
-- CALLERS   file with a token and a caller per line, between them a tab
-- SEED      a number of this run alone: no key comes twice
-- EXPECTED  what every answer contains; answers without it are counted as unfit

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function text_of(path)
  local file = assert(io.open(path, "r"))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  template, expected, unfit = text_of(args[1]), args[4], 0
  callers, seed = {}, tonumber(args[3])
  for token, caller in text_of(args[2]):gmatch("([^\t\n]*)\t([^\n]*)\n") do
    callers[#callers + 1] = { token = token, caller = caller }
  end
  math.randomseed(seed)
  place = math.random(#callers)
end

local function key()
  local function four() return math.random(0, 0xffff) end
  return string.format("%08x-%04x-4%03x-8%03x-%04x%04x%04x",
    seed, four(), four() % 0x1000, four() % 0x1000, four(), four(), four())
end

function request()
  place = place % #callers + 1
  local next_one = callers[place]
  local body = template:gsub("@KEY@", key()):gsub("@CALLER@", next_one.caller)
  local headers = { ["content-type"] = "application/json" }
  headers["authorization"] = "Bearer " .. next_one.token
  return wrk.format("POST", nil, headers, body)
end

function response(_, _, body)
  if not body:find(expected, 1, true) then unfit = unfit + 1 end
end

function done(summary, latency, _)
  local wrong, errors = 0, summary.errors
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("unfit") end
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\nRESULT {"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"unfit":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    wrong, failed))
end
