extension FeesCharged {
    /// What stands before a verdict, so that it cannot be read without it; empty when all is charged.
    var warning: String {
        switch self {
        case .all: ""
        case .some: "Some markets charged no fees: part of this is before costs. "
        case .none: "No fees were charged: this is before the costs of trading. "
        }
    }
}
