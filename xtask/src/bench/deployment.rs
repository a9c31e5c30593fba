//! One Deployment as a person would write it: two to three kilobytes of block YAML.

use fastrand::Rng;

use super::found::Rule;

/// A Deployment that breaks these rules and keeps the others.
pub(super) struct Deployment<'a> {
    pub(super) number: usize,
    pub(super) broken: &'a [Rule],
}

const TEMPLATE: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: shop
  annotations:
    example.com/owner: "platform-lead@example.com"
spec:
  replicas: {replicas}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
        app.kubernetes.io/part-of: shop
    spec:
      serviceAccountName: {name}
      securityContext:
        runAsNonRoot: {non-root}
        fsGroup: 1000
      containers:
      - name: server
        image: {image}
        ports:
        - name: http
          containerPort: 8080
          protocol: TCP
        env:
{environment}        resources:
          requests:
            cpu: 100m
            memory: 128Mi
{limits}        readinessProbe:
          httpGet:
            path: /ready
            port: http
          initialDelaySeconds: 5
          periodSeconds: 10
        livenessProbe:
          httpGet:
            path: /live
            port: http
        securityContext:
          privileged: {privileged}
          runAsNonRoot: {non-root}
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities:
            drop:
            - ALL
        volumeMounts:
        - name: config
          mountPath: /etc/service
          readOnly: true
        - name: scratch
          mountPath: /tmp
      volumes:
      - name: config
        configMap:
          name: {name}-config
      - name: scratch
        emptyDir:
          sizeLimit: 64Mi
"#;

impl Deployment<'_> {
    /// Its manifest.
    pub(super) fn yaml(&self, random: &mut Rng) -> String {
        let breaks = |rule| self.broken.contains(&rule);
        let limits =
            if breaks(Rule::Limits) { "" } else { "          limits:\n            cpu: 500m\n            memory: 256Mi\n" };
        TEMPLATE
            .replace("{name}", &self.name())
            .replace("{replicas}", &random.u32(1..9).to_string())
            .replace("{image}", &self.image(random))
            .replace("{environment}", &environment(random))
            .replace("{limits}", limits)
            .replace("{non-root}", if breaks(Rule::NonRoot) { "false" } else { "true" })
            .replace("{privileged}", if breaks(Rule::Privileged) { "true" } else { "false" })
    }

    /// Its name, which its file has too: some tools say the object alone.
    pub(super) fn name(&self) -> String {
        format!("service-{:05}", self.number)
    }

    fn image(&self, random: &mut Rng) -> String {
        let repository = format!("registry.example.com/shop/{}", self.name());
        if !self.broken.contains(&Rule::Image) {
            let commit: String = (0..40).map(|_| random.digit(16)).collect();
            return format!("{repository}:{commit}");
        }
        match random.u32(..3) {
            0 => repository,
            1 => format!("{repository}:latest"),
            _ => format!("{repository}:v1.{}", random.u32(..100)),
        }
    }
}

fn environment(random: &mut Rng) -> String {
    let variable = |number| format!("        - name: SETTING_{number}\n          value: \"{}\"\n", random.u64(..1_000_000_000));
    (0..16).map(variable).collect()
}
