import Testing

@testable import KBotSimulation

struct NormalCurveTests {
    @Test(
        arguments: [
            (0.0, 0.5), (1.0, 0.841_344_746), (-1.0, 0.158_655_254), (1.959_963_985, 0.975), (-2.575_829_304, 0.005),
            (3.5, 0.999_767_371),
        ]
    )
    func `The curve agrees with printed tables`(z: Double, probability: Double) {
        #expect(abs(NormalCurve().probability(below: z) - probability) < 0.000_01)
    }

    @Test func `The curve is symmetric, rises, and ends at 0 and 1`() {
        let curve = NormalCurve()
        var before = 0.0
        for step in -700...700 {
            let z = Double(step) / 100
            let value = curve.probability(below: z)
            #expect(value >= before)
            #expect(abs(value + curve.probability(below: -z) - 1) < 1e-9)
            before = value
        }
        #expect(curve.probability(below: -9) == 0)
        #expect(curve.probability(below: 9) == 1)
    }

    @Test(
        arguments: [
            (0.0, 1.0), (1.0, 2.718_281_828_459_045), (-1.0, 0.367_879_441_171_442), (10.0, 22_026.465_794_806_716),
            (-18.0, 1.522_997_974_471_263e-8),
        ]
    )
    func `The exponential agrees with printed values`(x: Double, value: Double) {
        #expect(abs(exponential(x) / value - 1) < 1e-11)
    }
}
