// Sends one purchase and one event of our own with @analytics-debugger/ga4mp to the endpoint it is given.
const ga4mp = require("./node_modules/@analytics-debugger/ga4mp/dist/ga4mp.umd.js");

const track = ga4mp(["G-NODE1"], {
  endpoint: process.argv[2],
  mode: "node",
  client_id: "1234.5678",
  user_id: "user-77",
  user_ip_address: "198.51.100.7",
});
track.setUserProperty("plan", "pro");
track.trackEvent("purchase", {
  transaction_id: "T-77",
  value: 120.5,
  currency: "EUR",
  tax: 19,
  items: [
    { item_id: "SKU-1", item_name: "Blue shoes & more", price: 60.25, quantity: 2, item_brand: "Ours", fit: "wide" },
    { item_id: "SKU-2", item_name: "Weiße Socken", price: 0, quantity: 1 },
  ],
});
track.trackEvent("made_up", { answer: 42, text: "a+b=c & d%", event_id: "n-2" });
