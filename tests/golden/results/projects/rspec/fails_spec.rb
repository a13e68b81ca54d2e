RSpec.describe "outer" do
  it("good") {}
  it("bad") { expect(1).to eq(2) }
  it("error") { raise "boom" }
end
