/// The standard normal distribution, and the logarithm and exponential it needs, without the C library's mathematics:
/// the same digits on every machine.
enum NormalDistribution {
    /// Probability of a value of at most `value`.
    ///
    /// Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11 (2004): a Taylor series with
    /// an absolute error below 10^-15.
    static func cumulative(_ value: Double) -> Double {
        guard value > -9 else { return 0 }
        guard value < 9 else { return 1 }
        var sum = value
        var term = value
        var previous = 0.0
        var divisor = 1.0
        while sum != previous {
            divisor += 2
            previous = sum
            term *= value * value / divisor
            sum += term
        }
        // 0.5 × log(2π)
        return min(max(0.5 + sum * exponential(-0.5 * value * value - 0.918_938_533_204_672_8), 0), 1)
    }

    /// The value below which lies a share of the distribution; `share` is between 0 and 1, the ends not included.
    ///
    /// Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988), to
    /// about 16 digits.
    static func quantile(_ share: Double) -> Double {
        let offset = share - 0.5
        if abs(offset) <= 0.425 {
            let rest = 0.180625 - offset * offset
            return offset * polynomial(centre.dividend, rest) / polynomial(centre.divisor, rest)
        }
        let tail = squareRoot(of: -logarithm(max(min(share, 1 - share), .leastNormalMagnitude)))
        let value =
            tail <= 5
            ? polynomial(shoulder.dividend, tail - 1.6) / polynomial(shoulder.divisor, tail - 1.6)
            : polynomial(end.dividend, tail - 5) / polynomial(end.divisor, tail - 5)
        return offset < 0 ? -value : value
    }

    /// Coefficients of a quotient of polynomials, the highest power first.
    private typealias Quotient = (dividend: [Double], divisor: [Double])

    private static let centre: Quotient = (
        [
            2.509_080_928_730_122_672_7e3, 3.343_057_558_358_812_810_5e4, 6.726_577_092_700_870_085_3e4,
            4.592_195_393_154_987_145_7e4, 1.373_169_376_550_946_112_5e4, 1.971_590_950_306_551_442_7e3,
            1.331_416_678_917_843_774_5e2, 3.387_132_872_796_366_608_0,
        ],
        [
            5.226_495_278_852_854_561_0e3, 2.872_908_573_572_194_267_4e4, 3.930_789_580_009_271_061_0e4,
            2.121_379_430_158_659_586_7e4, 5.394_196_021_424_751_107_7e3, 6.871_870_074_920_579_083_0e2,
            4.231_333_070_160_091_125_2e1, 1,
        ]
    )
    private static let shoulder: Quotient = (
        [
            7.745_450_142_783_414_076_40e-4, 2.272_384_498_926_918_458_33e-2, 2.417_807_251_774_506_117_70e-1,
            1.270_458_252_452_368_382_58, 3.647_848_324_763_204_605_04, 5.769_497_221_460_691_405_50,
            4.630_337_846_156_545_295_90, 1.423_437_110_749_683_577_34,
        ],
        [
            1.050_750_071_644_416_843_24e-9, 5.475_938_084_995_344_946_00e-4, 1.519_866_656_361_645_719_66e-2,
            1.481_039_764_274_800_745_90e-1, 6.897_673_349_851_000_045_50e-1, 1.676_384_830_183_803_849_40,
            2.053_191_626_637_758_821_87, 1,
        ]
    )
    private static let end: Quotient = (
        [
            2.010_334_399_292_288_132_65e-7, 2.711_555_568_743_487_578_15e-5, 1.242_660_947_388_078_438_60e-3,
            2.653_218_952_657_612_309_30e-2, 2.965_605_718_285_048_912_30e-1, 1.784_826_539_917_291_335_80,
            5.463_784_911_164_114_369_90, 6.657_904_643_501_103_777_20,
        ],
        [
            2.044_263_103_389_939_785_64e-15, 1.421_511_758_316_445_888_70e-7, 1.846_318_317_510_054_681_80e-5,
            7.868_691_311_456_132_591_00e-4, 1.487_536_129_085_061_485_25e-2, 1.369_298_809_227_358_053_10e-1,
            5.998_322_065_558_879_376_90e-1, 1,
        ]
    )

    private static func polynomial(_ coefficients: [Double], _ value: Double) -> Double {
        coefficients.reduce(0) { $0 * value + $1 }
    }
}

/// e to the power of a value between −700 and 700.
func exponential(_ value: Double) -> Double {
    // e^x = 2^k × e^r with |r| ≤ log(2) / 2, and e^r by its series; log(2) in two parts loses nothing in k × log(2).
    let scaled = value * 1.442_695_040_888_963_4
    let power = Int(scaled + (scaled < 0 ? -0.5 : 0.5))
    let rest = value - Double(power) * 0.693_147_180_369_123_8 - Double(power) * 1.908_214_929_270_587_7e-10
    var sum = 1.0
    for divisor in stride(from: 16.0, to: 0, by: -1) { sum = 1 + sum * rest / divisor }
    return sum * Double(sign: .plus, exponent: power, significand: 1)
}

/// The natural logarithm of a positive number.
func logarithm(_ value: Double) -> Double {
    var power = Double(value.exponent)
    var significand = value.significand
    if significand > 1.414_213_562_373_095_1 {
        significand /= 2
        power += 1
    }
    // log(m) = 2 artanh(s) with s = (m − 1) / (m + 1), |s| < 0.172
    let ratio = (significand - 1) / (significand + 1)
    var sum = 0.0
    for divisor in stride(from: 23.0, to: 0, by: -2) { sum = sum * ratio * ratio + 1 / divisor }
    return power * 0.693_147_180_559_945_3 + 2 * ratio * sum
}
