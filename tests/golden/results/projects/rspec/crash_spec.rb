RSpec.describe "outer" do
  it("good") {}
  it("crash") { Process.kill("KILL", Process.pid); sleep 5 }
end
