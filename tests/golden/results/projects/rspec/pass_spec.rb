RSpec.describe "outer" do
  it("plain") { expect(1 + 1).to eq(2) }
  context("inner <&>") { it("deep é") { puts "talks" } }
end
