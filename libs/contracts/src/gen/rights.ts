// Generated from contracts/rights.yaml by `npm run generate`; do not edit.
import type { RightsTable } from '../rights.ts';

export const CALLER_ROLES = {
  "viewer": "Reads what the desk does, and changes nothing.",
  "trader": "Submits, previews, replaces and cancels orders.",
  "risk_manager": "Halts trading, cancels, and changes limits and re-arms switches, together with a second person.",
  "operator": "Runs the services. Halts trading and cancels, re-arms with a second person, mends dead letters."
} as const;

export const RIGHTS: RightsTable = {
  "http": {
    "every service": {
      "GET /health/live": "public",
      "GET /health/ready": "public",
      "GET /metrics": "public",
      "GET /docs": "public",
      "GET /docs/": "public",
      "GET /docs/json": "public",
      "GET /docs/yaml": "public",
      "GET /docs/*": "public",
      "GET /docs/index.html": "public",
      "GET /docs/LICENSE": "public",
      "GET /docs/swagger-ui-init.js": "public",
      "GET /docs/docs/swagger-ui-init.js": "public"
    },
    "order-plane": {
      "GET /orders": "any role",
      "GET /orders/:intentId": "any role",
      "GET /positions": "any role",
      "GET /limits": "any role",
      "GET /pnl": "any role",
      "GET /limits/changes": "any role",
      "POST /limits": [
        "risk_manager"
      ],
      "POST /limits/changes/:changeId/approve": [
        "risk_manager"
      ],
      "POST /orders": [
        "trader"
      ],
      "POST /orders/preview": [
        "trader",
        "risk_manager"
      ],
      "POST /orders/:intentId/cancel": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "POST /orders/:intentId/replace": [
        "trader"
      ],
      "POST /halt": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "POST /rearm": [
        "risk_manager",
        "operator"
      ]
    },
    "store": {
      "POST /entities": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "PUT /entities/:entityId": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "POST /entities/:entityId/transitions": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "DELETE /entities/:entityId": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "POST /batches/writes": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "POST /batches/updates": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "POST /batches/transitions": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "POST /batches/deletes": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "GET /entities": "any role",
      "GET /entities/:entityId": "any role",
      "GET /entities/:entityId/as-of": "any role",
      "GET /entities/:entityId/history": "any role",
      "GET /entities/:entityId/audit": "any role",
      "GET /entities/:entityId/shares": "any role",
      "PUT /entities/:entityId/shares/:grantee/:right": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "DELETE /entities/:entityId/shares/:grantee/:right": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "GET /count": "any role",
      "GET /types": "any role"
    },
    "paper-broker": {
      "GET /faults": "any role",
      "POST /faults": [
        "operator"
      ]
    }
  },
  "grpc": {
    "every service": {
      "grpc.health.v1.Health/Check": "public",
      "grpc.health.v1.Health/Watch": "public",
      "grpc.health.v1.Health/List": "public",
      "grpc.reflection.v1.ServerReflection/ServerReflectionInfo": "any role",
      "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": "any role",
      "tickmesh.mesh.v1.StatusService/GetStatus": "any role"
    },
    "order-plane": {
      "tickmesh.order.v1.OrderService/GetOrder": "any role",
      "tickmesh.order.v1.OrderService/ListOrders": "any role",
      "tickmesh.order.v1.OrderService/ListPositions": "any role",
      "tickmesh.order.v1.OrderService/GetProfitAndLoss": "any role",
      "tickmesh.order.v1.OrderService/GetLimits": "any role",
      "tickmesh.order.v1.OrderService/ListLimitVersions": "any role",
      "tickmesh.order.v1.OrderService/SetLimits": [
        "risk_manager"
      ],
      "tickmesh.order.v1.OrderService/ApproveLimits": [
        "risk_manager"
      ],
      "tickmesh.order.v1.OrderService/ListKillSwitches": "any role",
      "tickmesh.order.v1.OrderService/SubmitOrder": [
        "trader"
      ],
      "tickmesh.order.v1.OrderService/PreviewOrder": [
        "trader",
        "risk_manager"
      ],
      "tickmesh.order.v1.OrderService/CancelOrder": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.order.v1.OrderService/ReplaceOrder": [
        "trader"
      ],
      "tickmesh.order.v1.OrderService/ThrowKillSwitch": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.order.v1.OrderService/RearmKillSwitch": [
        "risk_manager",
        "operator"
      ]
    },
    "store": {
      "tickmesh.store.v1.StoreService/Write": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/WriteMany": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/Update": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/UpdateMany": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/Transition": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/TransitionMany": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/Delete": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/DeleteMany": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/Read": "any role",
      "tickmesh.store.v1.StoreService/History": "any role",
      "tickmesh.store.v1.StoreService/AsOf": "any role",
      "tickmesh.store.v1.StoreService/Query": "any role",
      "tickmesh.store.v1.StoreService/Count": "any role",
      "tickmesh.store.v1.StoreService/ListTypes": "any role",
      "tickmesh.store.v1.StoreService/Audit": "any role",
      "tickmesh.store.v1.StoreService/Share": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/Unshare": [
        "trader",
        "risk_manager",
        "operator"
      ],
      "tickmesh.store.v1.StoreService/ListShares": "any role",
      "tickmesh.store.v1.StoreService/Subscribe": "any role",
      "tickmesh.store.v1.StoreService/GetCheckpoint": "any role",
      "tickmesh.store.v1.StoreService/SetCheckpoint": "any role"
    }
  }
};
